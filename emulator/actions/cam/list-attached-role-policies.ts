// The action ListAttachedRolePolicies.
import { blank } from "../../model/blank.ts";
import { defineAction } from "../shared/define-action.ts";
import { camTime, findRole, invalidParameter, pageOf, policiesOf } from "./lookup.ts";

export const listAttachedRolePolicies = defineAction("cam", "ListAttachedRolePolicies", (call, params) => {
  const { Page: page, Rp: size, PolicyType: type = "", Keyword: keyword = "" } = params;
  if (!["", "User", "QCS"].includes(type)) {
    throw invalidParameter("ParamError", "`PolicyType` must be User or QCS.");
  }
  const all = policiesOf(call.world, call.account.uin);
  const { attached } = findRole(call, params.RoleId, params.RoleName, "ParamError");
  const listed = attached
    .flatMap(({ policyId, at }) => all.filter(({ id }) => id === policyId).map((policy) => ({ policy, at })))
    .map(({ policy, at }) => ({
      ...blank("cam", "AttachedPolicyOfRole"),
      PolicyId: policy.id,
      PolicyName: policy.name,
      AddTime: camTime(at),
      PolicyType: policy.owner === "" ? "QCS" : "User",
      CreateMode: 2,
      Description: policy.description,
    }))
    .filter(({ PolicyName, PolicyType }) => PolicyName.includes(keyword) && (type || PolicyType) === PolicyType);
  return { List: pageOf(listed, page, size), TotalNum: listed.length };
});
