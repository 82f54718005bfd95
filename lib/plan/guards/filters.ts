// What the caller leaves out: other copies, calls.
import type { Copy, CopyKey } from "../../model/types.ts";
import type { Action, Plan } from "../types.ts";

/** The plan, without the actions on copies that somebody left out. */
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

/** The plan, without what changes anything in the cloud. */
export function onlyRecordChanges(plan: Plan): Plan {
  return { ...plan, actions: plan.actions.filter((action) => action.do === "record" && !action.before) };
}
