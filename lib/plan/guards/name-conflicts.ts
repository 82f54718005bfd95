// Guard: two new copies cannot have the same name in one region.
import { isSameCopy } from "../../model/copy/copy-map.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { Copy, CopyKey, Millis, Settings } from "../../model/types.ts";
import { blockedInstead } from "../lifecycle/steps.ts";
import type { Guarded, PlanContext, Step } from "../types.ts";

/** A copy that is requested now or after a wait, and the name that it will have. */
interface Named {
  readonly step: Step;
  readonly copy: Copy;
  /** The region and the name. */
  readonly name: string;
  readonly rootAge: Millis;
  readonly isPending: boolean;
}

/**
 * Blocks a new copy whose name another root's copy has claimed in the same region; among new ones,
 * the older root wins. A copy that waits for something else is blocked only by a copy that is desired
 * too, under the same name: any other one may have given up its name by then.
 */
export function nameConflicts(steps: readonly Step[], ctx: PlanContext): Guarded {
  const taken = new Map<string, CopyKey>();
  for (const copy of ctx.copies) {
    if ("claim" in copy) taken.set(nameIn(copy.key, copy.claim.settings), copy.key);
  }
  const isDesiredAs = (key: CopyKey, name: string) => {
    const desired = ctx.desiredCopies.get(key);
    return desired !== undefined && nameIn(desired.key, desired.settings) === name;
  };
  const instead = new Map<Step, Step>();
  for (const { step, copy, name, isPending } of namesOf(steps, ctx)) {
    const holder = taken.get(name);
    const isConflict = holder !== undefined && !isSameCopy(holder, copy.key);
    if (!isConflict) taken.set(name, copy.key);
    else if (!isPending || isDesiredAs(holder, name)) {
      const { region } = copy.key;
      const why = reason("name-conflict", { region, name: name.slice(region.length + 1) });
      instead.set(step, blockedInstead(copy, why, ctx.now));
    }
  }
  return { steps: steps.map((step) => instead.get(step) ?? step) };
}

/** What is requested now comes before what waits, and then the older root first. */
function namesOf(steps: readonly Step[], { desiredCopies }: PlanContext): Named[] {
  const named = steps.flatMap((step): Named[] => {
    const claimRequest = step.call?.do === "send" ? step.call.claimRequest : undefined;
    const copy = claimRequest?.copy ?? step.pending;
    const desired = copy && desiredCopies.get(copy.key);
    const settings = claimRequest?.claim.settings ?? desired?.settings;
    if (!copy || !settings) return [];
    const rootAge = desired?.root.createdAt ?? 0;
    return [{ step, copy, name: nameIn(copy.key, settings), rootAge, isPending: !claimRequest }];
  });
  return named.sort((a, b) => Number(a.isPending) - Number(b.isPending) || a.rootAge - b.rootAge);
}

function nameIn({ region }: CopyKey, { name }: Pick<Settings, "name">): string {
  return `${region}/${name}`;
}
