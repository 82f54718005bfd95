// The action DetachRolePolicy.
import { defineAction } from "../shared/define-action.ts";
import { findAttachable, findRole } from "./lookup.ts";

/** Detaching a policy that is not attached has no effect. */
export const detachRolePolicy = defineAction("cam", "DetachRolePolicy", (call, params) => {
  const { attached } = findRole(call, params.DetachRoleId, params.DetachRoleName);
  const policy = findAttachable(call, params.PolicyId, params.PolicyName);
  attached.splice(0, attached.length, ...attached.filter(({ policyId }) => policyId !== policy.id));
  return {};
});
