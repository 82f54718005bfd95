// The action GetRole.
import { defineAction } from "../shared/define-action.ts";
import { findRole } from "./lookup.ts";
import { roleInfo } from "./role-info.ts";

export const getRole = defineAction("cam", "GetRole", (call, { RoleId: id, RoleName: name }) => ({
  RoleInfo: roleInfo(findRole(call, id, name)),
}));
