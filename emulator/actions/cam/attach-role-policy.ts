// The action AttachRolePolicy.
import { defineAction } from "../shared/define-action.ts";
import { findAttachable, findRole } from "./lookup.ts";

/** Attaching a policy again has no effect. */
export const attachRolePolicy = defineAction("cam", "AttachRolePolicy", (call, params) => {
  const role = findRole(call, params.AttachRoleId, params.AttachRoleName);
  const policy = findAttachable(call, params.PolicyId, params.PolicyName);
  const isAttached = role.attached.some(({ policyId }) => policyId === policy.id);
  if (!isAttached) role.attached.push({ policyId: policy.id, at: call.world.now() });
  return {};
});
