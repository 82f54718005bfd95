// Filters that reduce a finished plan to some copies, or to changes of records.
import type { Copy, CopyKey } from "../../model/types.ts";
import type { Action, Plan } from "../types.ts";

/** The plan with the actions on copies that `only` accepts; undefined accepts all. */
export function onlyThese(plan: Plan, only?: (key: CopyKey, policy: string) => boolean): Plan {
  if (!only) return plan;
  const keep = (copy: Copy) => only(copy.key, copy.policy);
  const actions = plan.actions.flatMap((action): Action[] => {
    if (action.do !== "send") return keep(action.copy) ? [action] : [];
    const claimRequests = action.claimRequests.filter((claimRequest) => keep(claimRequest.copy));
    return claimRequests.length > 0 ? [{ ...action, claimRequests }] : [];
  });
  return { ...plan, actions };
}

/** The plan without calls, and without the record changes that announce a call. */
export function onlyRecordChanges(plan: Plan): Plan {
  return { ...plan, actions: plan.actions.filter((action) => action.do === "record" && !action.before) };
}
