// A role as GetRole and DescribeRoleList show it.
import { blank } from "../../model/blank.ts";
import type { Output } from "../../model/model.ts";
import type { StoredRole } from "../../world/services/cam.ts";
import { camTime } from "./lookup.ts";

/** A role in the form of the API. Times are in the time zone of China. */
export function roleInfo(role: StoredRole): Output<"cam", "RoleInfo"> {
  return {
    ...blank("cam", "RoleInfo"),
    RoleId: role.id,
    RoleName: role.name,
    PolicyDocument: role.trust,
    Description: role.description,
    AddTime: camTime(role.createdAt),
    UpdateTime: camTime(role.updatedAt),
    ConsoleLogin: role.consoleLogin,
    RoleType: "user",
    SessionDuration: role.sessionSeconds,
    Tags: [...role.tags],
    RoleArn: `qcs::cam::uin/${role.owner}:roleName/${role.name}`,
  };
}
