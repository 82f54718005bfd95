import { keyText } from "../../model/identity.ts";
import type { Want } from "../desired/types.ts";
import type { Step } from "../types.ts";

/** Deletions in one run; the others are for the next ones. A mistake in a policy shall not empty an account at once. */
export const MOST_DELETIONS = 10;

/** At most so many images are deleted in one run; `deleted`: that are already. */
export function withFewDeletions(steps: readonly Step[], deleted: number): Step[] {
  let left = MOST_DELETIONS - deleted;
  return steps.map((step) => {
    // What is not shared any more is deleted next.
    if (step.act?.do !== "delete" && step.act?.do !== "withdraw") return step;
    left -= 1;
    if (left >= 0) return step;
    const { copy, image } = step.act;
    const text = `at most ${MOST_DELETIONS} images are deleted in one run; the next one goes on`;
    return { kept: { copy, image, reason: { code: "enough-deleted", text } } };
  });
}

/**
 * Nothing in a family is deleted while families change in its region, or what has the same family is copied from there and so may
 * be busy: to which image the family points then is seen afterwards.
 */
export function withoutHaste(steps: readonly Step[], wants: ReadonlyMap<string, Want>): Step[] {
  const moving = new Set(
    steps.flatMap(({ act }) => {
      if (act?.do === "modify") return act.attributes.family === undefined ? [] : [act.image.region];
      if (act?.do !== "send") return [];
      const { region } = act.draft.claim.parent;
      return [`${region}/${wants.get(keyText(act.draft.copy.key))?.root.family}`];
    }),
  );
  return steps.map((step) => {
    const { act } = step;
    if ((act?.do !== "delete" && act?.do !== "withdraw") || !act.image.family) return step;
    if (act.do === "delete" && act.refused) return step;
    const { copy, image } = act;
    if (!moving.has(image.region) && !moving.has(`${image.region}/${image.family}`)) return step;
    const text = `the family ${image.family} in ${image.region} may move in this run; the next look at everything goes on`;
    return { kept: { copy, image, reason: { code: "family-moves", text } } };
  });
}
