import { keyText } from "../../model/identity.ts";
import type { Copy, Millis } from "../../model/types.ts";
import type { Want } from "../desired/types.ts";
import { blockedInstead } from "../transitions.ts";
import type { Step } from "../types.ts";

/** Two copies of different roots may not want one name in one region; the older root keeps it. */
export function withoutNameClashes(
  steps: readonly Step[],
  copies: readonly Copy[],
  wants: ReadonlyMap<string, Want>,
  now: Millis,
): Step[] {
  const taken = new Map<string, string>();
  for (const copy of copies) {
    if ("claim" in copy && copy.claim) taken.set(`${copy.key.region}/${copy.claim.settings.name}`, keyText(copy.key));
  }
  const rootAge = (step: Step) =>
    step.act?.do === "send" ? (wants.get(keyText(step.act.draft.copy.key))?.root.createdAt ?? 0) : 0;
  const clashing = new Set<Step>();
  for (const step of [...steps].sort((a, b) => rootAge(a) - rootAge(b))) {
    if (step.act?.do !== "send") continue;
    const { copy, claim } = step.act.draft;
    const name = `${copy.key.region}/${claim.settings.name}`;
    const holder = taken.get(name);
    if (holder !== undefined && holder !== keyText(copy.key)) clashing.add(step);
    else taken.set(name, keyText(copy.key));
  }
  return steps.flatMap((step): Step[] => {
    if (!clashing.has(step) || step.act?.do !== "send") return [step];
    const { copy, claim } = step.act.draft;
    const text = `another copy that is being made in ${copy.key.region} will be named "${claim.settings.name}"`;
    const reason = {
      code: "name-clash",
      text,
      remedy: "make the names differ: copy.name with {{sourceRegion}} or {{sourceId}}",
    };
    return [blockedInstead(copy, reason, now)];
  });
}
