// The action DeleteRole.
import { defineAction } from "../shared/define-action.ts";
import { findRole } from "./lookup.ts";

/** Deletes a role, also one with policies. Its sessions may do nothing from then on. */
export const deleteRole = defineAction("cam", "DeleteRole", (call, { RoleId: id, RoleName: name }) => {
  const { roles } = call.world.cam;
  roles.splice(roles.indexOf(findRole(call, id, name)), 1);
  return {};
});
