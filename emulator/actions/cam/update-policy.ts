// The action UpdatePolicy.
import { ApiError } from "../../errors.ts";
import { readPolicy } from "../../services/identity/policy-document.ts";
import { defineAction } from "../shared/define-action.ts";
import { checkPolicyName } from "./policy-names.ts";

/** Finds a policy of the caller by its id, else by its name. With an id, the name is a new one. */
export const updatePolicy = defineAction("cam", "UpdatePolicy", (call, params) => {
  const { PolicyId: id, PolicyName: name = "", PolicyDocument: document, Description: description } = params;
  const own = call.world.cam.policies.filter(({ owner }) => owner === call.account.uin);
  const policy = own.find((one) => (id === undefined ? one.name === name : one.id === id));
  if (policy === undefined) {
    throw new ApiError("ResourceNotFound.PolicyIdNotFound", `The account has no own policy \`${id ?? name}\`.`);
  }
  if (name !== "") checkPolicyName(call, name, policy.id);
  if (document !== undefined) readPolicy(document);
  if (name !== "") policy.name = name;
  policy.document = document ?? policy.document;
  policy.description = description ?? policy.description;
  policy.updatedAt = call.world.now();
  return { PolicyId: policy.id };
});
