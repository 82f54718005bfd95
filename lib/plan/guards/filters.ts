// Filters that reduce a finished plan to some copies, or to changes of records.
import type { Copy, CopyKey } from "../../model/types.ts";
import type { Action, ClaimRequest, Plan, Send } from "../types.ts";

/**
 * The plan with the actions on copies that `only` accepts; undefined accepts all. What gives up its name to
 * such a copy belongs to it, because that copy would wait for the name for ever.
 */
export function onlyThese(plan: Plan, only?: (key: CopyKey, policy: string) => boolean): Plan {
  if (!only) return plan;
  const keep = ({ key, policy }: Pick<Copy, "key" | "policy">) => only(key, policy);
  const actions = plan.actions.flatMap((action): Action[] => {
    const makesWayFor = action.do === "modify" ? action.makesWayFor : undefined;
    if (action.do !== "send") return keep(action.copy) || (makesWayFor && keep(makesWayFor)) ? [action] : [];
    return onlyRequests(action, ({ copy }) => keep(copy));
  });
  return { ...plan, actions };
}

/** The plan without the requests of copies in a region whose quota is not known yet. */
export function onlyWithKnownQuota(plan: Plan): Plan {
  const open = new Set(plan.questions.flatMap(({ ask, region }) => (ask === "quota" ? [region] : [])));
  const actions = plan.actions.flatMap((action): Action[] =>
    action.do === "send" ? onlyRequests(action, ({ copy }) => !open.has(copy.key.region)) : [action],
  );
  return { ...plan, actions };
}

/** The request with the destinations that `keep` accepts, if there are any. */
function onlyRequests(send: Send, keep: (claimRequest: ClaimRequest) => boolean): Send[] {
  const claimRequests = send.claimRequests.filter(keep);
  return claimRequests.length > 0 ? [{ ...send, claimRequests }] : [];
}

/** The plan without calls, and without the record changes that announce a call. */
export function onlyRecordChanges(plan: Plan): Plan {
  return { ...plan, actions: plan.actions.filter((action) => action.do === "record" && !action.before) };
}
