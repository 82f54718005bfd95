// Which recalls a plan begins to follow, so that a run can count them over its rounds.
import { copyId, isActive, rootRefId } from "../../../model/identity.ts";
import { RECALLED } from "../../../model/messages/reasons.ts";
import type { Copy } from "../../../model/types.ts";
import type { Action } from "../../types.ts";

/** The sources whose recall these actions begin to follow, by `rootRefId`. */
export function recallsFollowed(actions: readonly Action[], copies: readonly Copy[]): readonly string[] {
  const active = new Set(copies.filter(isActive).map(({ key }) => copyId(key)));
  return actions.flatMap((action) => {
    if (action.do !== "record" || action.copy.phase !== "retired" || !active.has(copyId(action.copy.key))) return [];
    return action.copy.reason.code === RECALLED.code ? [rootRefId(action.copy.key)] : [];
  });
}
