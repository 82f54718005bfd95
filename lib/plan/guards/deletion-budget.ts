// Guards: at most ten deletions in a run, and no deletion in a family that moves.
import { copyId } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { Guarded, PlanContext, Step } from "../types.ts";

/** Most deletions in one run, so that an error in a policy does not empty an account at once. */
export const MOST_DELETIONS = 10;

/**
 * Keeps at most MOST_DELETIONS deletions. `deleted` counts those that this run has made already.
 */
export function deletionBudget(steps: readonly Step[], { deleted }: PlanContext): Guarded {
  let left = MOST_DELETIONS - deleted;
  const permitted = steps.map((step): Step => {
    // An image that stops being shared is deleted next, so both calls count.
    if (step.call?.do !== "delete" && step.call?.do !== "unshare") return step;
    left -= 1;
    if (left >= 0) return step;
    const { copy, image } = step.call;
    return { retained: { copy, image, reason: reason("enough-deleted", { limit: MOST_DELETIONS }) } };
  });
  return { steps: permitted };
}

/**
 * Keeps an image that is in a family if this plan changes any family in its region, or copies a
 * source of the same family from its region, which may make that source busy. The next sweep sees
 * which image the family points to afterwards.
 */
export function movingFamilies(steps: readonly Step[], { desiredCopies }: PlanContext): Guarded {
  const moving = new Set(
    steps.flatMap(({ call }) => {
      if (call?.do === "modify") return call.attributes.family === undefined ? [] : [call.image.region];
      if (call?.do !== "send") return [];
      const { region } = call.claimRequest.claim.parent;
      return [`${region}/${desiredCopies.get(copyId(call.claimRequest.copy.key))?.root.family}`];
    }),
  );
  const settled = steps.map((step): Step => {
    const { call } = step;
    if (call?.do !== "delete" && call?.do !== "unshare") return step;
    if (call.do === "delete" && call.refused) return step;
    const { copy, image } = call;
    const { family, region } = image;
    if (!family) return step;
    if (!moving.has(region) && !moving.has(`${region}/${family}`)) return step;
    return { retained: { copy, image, reason: reason("family-moves", { family, region }) } };
  });
  return { steps: settled };
}
