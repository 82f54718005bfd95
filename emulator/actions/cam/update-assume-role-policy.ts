// The action UpdateAssumeRolePolicy.
import { readTrust } from "../../services/identity/policy-document.ts";
import { defineAction } from "../shared/define-action.ts";
import { findRole } from "./lookup.ts";

export const updateAssumeRolePolicy = defineAction("cam", "UpdateAssumeRolePolicy", (call, params) => {
  const role = findRole(call, params.RoleId, params.RoleName);
  readTrust(params.PolicyDocument);
  role.trust = params.PolicyDocument;
  role.updatedAt = call.world.now();
  return {};
});
