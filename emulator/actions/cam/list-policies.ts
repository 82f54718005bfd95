// The action ListPolicies.
import { blank } from "../../model/blank.ts";
import { defineAction } from "../shared/define-action.ts";
import { camTime, invalidParameter, pageOf, policiesOf } from "./lookup.ts";

const SCOPES = ["All", "QCS", "Local"];

/** Lists the preset policies (scope QCS) and those of the caller (Local). */
export const listPolicies = defineAction("cam", "ListPolicies", ({ world, account }, params) => {
  const { Scope: scope = "All", Keyword: keyword = "", Page: page = 1, Rp: size = 20 } = params;
  if (!SCOPES.includes(scope)) throw invalidParameter("ScopeError", `\`Scope\` must be one of ${SCOPES.join(", ")}.`);
  const listed = policiesOf(world, account.uin)
    .filter(({ owner }) => scope === "All" || (scope === "QCS") === (owner === ""))
    .filter(({ name }) => name.includes(keyword));
  return {
    TotalNum: listed.length,
    List: pageOf(listed, page, size).map((policy) => ({
      ...blank("cam", "StrategyInfo"),
      PolicyId: policy.id,
      PolicyName: policy.name,
      AddTime: camTime(policy.createdAt),
      UpdateTime: camTime(policy.updatedAt),
      Type: policy.owner === "" ? 2 : 1,
      CreateMode: 2,
      Description: policy.description,
      Attachments: world.cam.roles.filter(
        ({ owner, attached }) => owner === account.uin && attached.some(({ policyId }) => policyId === policy.id),
      ).length,
      Tags: [...policy.tags],
    })),
    ServiceTypeList: ["cvm", "cos", "scf"],
  };
});
