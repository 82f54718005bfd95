// The action DeletePolicy.
import { defineAction } from "../shared/define-action.ts";
import { invalidParameter } from "./lookup.ts";

/** Deletes policies of the caller and detaches them from all roles. All must exist. */
export const deletePolicy = defineAction("cam", "DeletePolicy", ({ world, account }, { PolicyId: ids }) => {
  const { policies, roles } = world.cam;
  const own = policies.filter(({ owner }) => owner === account.uin).map(({ id }) => id);
  const unknown = ids.find((id) => !own.includes(id));
  if (unknown !== undefined) {
    throw invalidParameter("PolicyIdNotExist", `The account has no own policy \`${unknown}\`.`);
  }
  policies.splice(0, policies.length, ...policies.filter(({ id }) => !ids.includes(id)));
  for (const { attached } of roles) {
    attached.splice(0, attached.length, ...attached.filter(({ policyId }) => !ids.includes(policyId)));
  }
  return {};
});
