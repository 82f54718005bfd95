// Two new copies want one name in one region.
import { copyId } from "../../model/identity.ts";
import type { Copy, Millis } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { blockedInstead } from "../transitions.ts";
import type { Step } from "../types.ts";

/** Two copies of different roots may not want one name in one region; the older root keeps it. */
export function withoutNameConflicts(
  steps: readonly Step[],
  copies: readonly Copy[],
  desiredCopies: ReadonlyMap<string, DesiredCopy>,
  now: Millis,
): Step[] {
  const taken = new Map<string, string>();
  for (const copy of copies) {
    if ("claim" in copy && copy.claim) taken.set(`${copy.key.region}/${copy.claim.settings.name}`, copyId(copy.key));
  }
  const rootAge = (step: Step) =>
    step.call?.do === "send" ? (desiredCopies.get(copyId(step.call.claimRequest.copy.key))?.root.createdAt ?? 0) : 0;
  const conflicting = new Set<Step>();
  for (const step of [...steps].sort((a, b) => rootAge(a) - rootAge(b))) {
    if (step.call?.do !== "send") continue;
    const { copy, claim } = step.call.claimRequest;
    const name = `${copy.key.region}/${claim.settings.name}`;
    const holder = taken.get(name);
    if (holder !== undefined && holder !== copyId(copy.key)) conflicting.add(step);
    else taken.set(name, copyId(copy.key));
  }
  return steps.flatMap((step): Step[] => {
    if (!conflicting.has(step) || step.call?.do !== "send") return [step];
    const { copy, claim } = step.call.claimRequest;
    const text = `another copy that is being made in ${copy.key.region} will be named "${claim.settings.name}"`;
    const reason = {
      code: "name-conflict",
      text,
      remedy: "make the names differ: copy.name with {{sourceRegion}} or {{sourceId}}",
    };
    return [blockedInstead(copy, reason, now)];
  });
}
