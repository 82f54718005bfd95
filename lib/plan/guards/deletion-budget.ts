// At most ten deletions in a run, and none while a family moves.
import { copyId } from "../../model/identity.ts";
import type { DesiredCopy } from "../desired/types.ts";
import type { Step } from "../types.ts";

/** Deletions in one run; the others are for the next ones. A mistake in a policy shall not empty an account at once. */
export const MOST_DELETIONS = 10;

/** At most so many images are deleted in one run; `deleted`: that are already. */
export function withinDeletionBudget(steps: readonly Step[], deleted: number): Step[] {
  let left = MOST_DELETIONS - deleted;
  return steps.map((step) => {
    // What is not shared any more is deleted next.
    if (step.call?.do !== "delete" && step.call?.do !== "unshare") return step;
    left -= 1;
    if (left >= 0) return step;
    const { copy, image } = step.call;
    const text = `at most ${MOST_DELETIONS} images are deleted in one run; the next one goes on`;
    return { retained: { copy, image, reason: { code: "enough-deleted", text } } };
  });
}

/**
 * Nothing in a family is deleted while families change in its region, or what has the same family is copied from there and so may
 * be busy: to which image the family points then is seen afterwards.
 */
export function withoutDeletionsInMovingFamilies(
  steps: readonly Step[],
  desiredCopies: ReadonlyMap<string, DesiredCopy>,
): Step[] {
  const moving = new Set(
    steps.flatMap(({ call }) => {
      if (call?.do === "modify") return call.attributes.family === undefined ? [] : [call.image.region];
      if (call?.do !== "send") return [];
      const { region } = call.claimRequest.claim.parent;
      return [`${region}/${desiredCopies.get(copyId(call.claimRequest.copy.key))?.root.family}`];
    }),
  );
  return steps.map((step) => {
    const { call } = step;
    if ((call?.do !== "delete" && call?.do !== "unshare") || !call.image.family) return step;
    if (call.do === "delete" && call.refused) return step;
    const { copy, image } = call;
    if (!moving.has(image.region) && !moving.has(`${image.region}/${image.family}`)) return step;
    const text = `the family ${image.family} in ${image.region} may move in this run; the next look at everything goes on`;
    return { retained: { copy, image, reason: { code: "family-moves", text } } };
  });
}
