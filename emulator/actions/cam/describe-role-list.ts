// The action DescribeRoleList.
import { defineAction } from "../shared/define-action.ts";
import { pageOf } from "./lookup.ts";
import { roleInfo } from "./role-info.ts";

export const describeRoleList = defineAction("cam", "DescribeRoleList", ({ world, account }, params) => {
  const { Page: page, Rp: size, Tags: wanted = [] } = params;
  const roles = world.cam.roles
    .filter(({ owner }) => owner === account.uin)
    .filter(({ tags }) => wanted.every(({ Key, Value }) => tags.some((tag) => tag.Key === Key && tag.Value === Value)));
  return { List: pageOf(roles, page, size).map(roleInfo), TotalNum: roles.length };
});
