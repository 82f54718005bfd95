// Guard: two new copies cannot have the same name in one region.
import { copyId } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import { blockedInstead } from "../transitions.ts";
import type { Guarded, PlanContext, Step } from "../types.ts";

/**
 * Blocks a new copy whose name another root's copy has claimed in the same region; among new ones,
 * the older root wins.
 */
export function nameConflicts(steps: readonly Step[], { copies, desiredCopies, now }: PlanContext): Guarded {
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
  const blocked = steps.map((step) => {
    if (!conflicting.has(step) || step.call?.do !== "send") return step;
    const { copy, claim } = step.call.claimRequest;
    const why = reason("name-conflict", { region: copy.key.region, name: claim.settings.name });
    return blockedInstead(copy, why, now);
  });
  return { steps: blocked };
}
