// The action CreateRole.
import { readTrust } from "../../services/identity/policy-document.ts";
import { defineAction } from "../shared/define-action.ts";
import { invalidParameter } from "./lookup.ts";

const NAME = /^[\w+=,.@-]{1,128}$/;

export const createRole = defineAction("cam", "CreateRole", ({ world, account }, params) => {
  const {
    RoleName: name,
    PolicyDocument: trust,
    Description: description = "",
    ConsoleLogin: consoleLogin = 0,
  } = params;
  if (!NAME.test(name)) throw invalidParameter("RoleNameError", `The role name \`${name}\` is not valid.`);
  readTrust(trust);
  const { cam, random } = world;
  if (cam.roles.some((role) => role.owner === account.uin && role.name === name)) {
    // The vendor's own plugin looks for these words.
    throw invalidParameter("RoleNameInUse", "role name in use");
  }
  const id = `4611686018${String(Math.floor(random.fraction() * 1e9)).padStart(9, "0")}`;
  const at = world.now();
  const { SessionDuration: sessionSeconds = 7200, Tags: tags = [] } = params;
  const more = { trust, description, consoleLogin, sessionSeconds, tags, attached: [] };
  cam.roles.push({ id, name, owner: account.uin, createdAt: at, updatedAt: at, ...more });
  return { RoleId: id };
});
