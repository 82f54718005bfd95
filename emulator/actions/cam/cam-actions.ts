// The actions of CAM.
import type { Action } from "../shared/define-action.ts";
import { attachRolePolicy } from "./attach-role-policy.ts";
import { createPolicy } from "./create-policy.ts";
import { createRole } from "./create-role.ts";
import { deletePolicy } from "./delete-policy.ts";
import { deleteRole } from "./delete-role.ts";
import { describeRoleList } from "./describe-role-list.ts";
import { detachRolePolicy } from "./detach-role-policy.ts";
import { getPolicy } from "./get-policy.ts";
import { getRole } from "./get-role.ts";
import { getUserAppId } from "./get-user-app-id.ts";
import { listAttachedRolePolicies } from "./list-attached-role-policies.ts";
import { listPolicies } from "./list-policies.ts";
import { updateAssumeRolePolicy } from "./update-assume-role-policy.ts";
import { updatePolicy } from "./update-policy.ts";

/** Every supported action of CAM. */
export const CAM_ACTIONS: readonly Action[] = [
  attachRolePolicy,
  createPolicy,
  createRole,
  deletePolicy,
  deleteRole,
  describeRoleList,
  detachRolePolicy,
  getPolicy,
  getRole,
  getUserAppId,
  listAttachedRolePolicies,
  listPolicies,
  updateAssumeRolePolicy,
  updatePolicy,
];
