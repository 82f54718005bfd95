// The action CreatePolicy.
import { readPolicy } from "../../services/identity/policy-document.ts";
import { defineAction } from "../shared/define-action.ts";
import { checkPolicyName } from "./policy-names.ts";

export const createPolicy = defineAction("cam", "CreatePolicy", (call, params) => {
  const { PolicyName: name, PolicyDocument: document, Description: description = "", Tags: tags = [] } = params;
  const { world, account } = call;
  checkPolicyName(call, name);
  readPolicy(document);
  const id = 100_000_000 + Math.floor(world.random.fraction() * 900_000_000);
  const at = world.now();
  world.cam.policies.push({
    id,
    name,
    owner: account.uin,
    description,
    document,
    createdAt: at,
    updatedAt: at,
    tags,
  });
  return { PolicyId: id };
});
