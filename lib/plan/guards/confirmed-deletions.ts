// Guard: a command deletes only what its user has confirmed.
import { isIntermediate, refText } from "../../model/identity.ts";
import { reason, SUPERSEDED, UNCONFIRMED_DELETION } from "../../model/messages/reasons.ts";
import type { Action, CloudCall, Guarded, PlanContext, Step } from "../types.ts";
import { countedSteps, enoughDeleted, placesLeft } from "./deletion-budget.ts";

/**
 * Keeps each image that a user would miss and that the user has not confirmed (`confirmedDeletions`).
 * It comes before the quota is counted, so that no request waits for room that a deletion would make.
 * What would not be deleted in this run anyway, because others have taken all places, is not asked about.
 */
export function confirmedDeletions(steps: readonly Step[], ctx: PlanContext): Guarded {
  const { confirmedDeletions: confirmed } = ctx;
  if (!confirmed) return { steps };
  const isKept = ({ call }: Step) => isAsked(call) && !confirmed.has(refText(call.image));
  const counted = countedSteps(steps, ctx);
  const kept = counted.filter(isKept);
  const beyond = new Set(kept.slice(Math.max(0, placesLeft(ctx) - (counted.length - kept.length))));
  const permitted = steps.map((step): Step => {
    const { call } = step;
    if (!isAsked(call) || !isKept(step)) return step;
    const { copy, image } = call;
    return { retained: { copy, image, reason: beyond.has(step) ? enoughDeleted() : reason(UNCONFIRMED_DELETION) } };
  });
  return { steps: permitted };
}

/**
 * Whether a call deletes a finished copy, or unshares one in order to delete it. What this program
 * alone has made on its way and no policy offers to anybody is not asked about: the remains of a
 * failed attempt, and a plain copy that existed only to be encrypted.
 */
export function isAsked(
  call: CloudCall | Action | undefined,
): call is Extract<CloudCall, { do: "delete" | "unshare" }> & { readonly why: string } {
  if ((call?.do !== "delete" && call?.do !== "unshare") || call.why === undefined) return false;
  const { copy, image } = call;
  if (copy.phase !== "retired") return false;
  return copy.reason.code !== SUPERSEDED.code || copy.desiredDirectly === true || !isIntermediate(image, copy.key);
}
