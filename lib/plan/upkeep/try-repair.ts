// Repairs one difference at a time, with backoff, and reports a copy whose repair has no effect.
import { journal } from "../../model/messages/journal.ts";
import { reason } from "../../model/messages/reasons.ts";
import { backoff, iso } from "../../model/time.ts";
import type { Copy, Image, Ready, Reason, Repair, Retired } from "../../model/types.ts";
import type { Finished } from "../lifecycle/stages.ts";
import { NOTHING, recordChange, wait } from "../lifecycle/steps.ts";
import type { CloudCall, PlanContext, Step } from "../types.ts";

/** After this many tries without effect the copy is reported, and the repair retried daily. */
export const MOST_TRIES = 5;
const DAY = 86_400_000;

/** One difference between an image and its desired state, and the call that repairs it. */
export interface Difference {
  /** Its name: from the catalogue `difference`, or `ROLLBACK`. */
  readonly what: string;
  readonly call: (copy: Copy) => CloudCall;
  /** The desired state changed, not the image: repaired even if the policy only reports drift. */
  readonly always?: true;
  /** The call takes something back that this program gave, so it waits for the brake. */
  readonly takesBack?: true;
}

/** Whether the last repair of this copy was for this difference, alone or among others. */
export function isTried({ repair }: Ready | Retired, what: string): boolean {
  return repair?.differences.includes(what) ?? false;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}

/** How long to wait after this many tries: longer each time, and at last a day. */
export function pauseAfter(tries: number): number {
  return tries >= MOST_TRIES ? DAY : backoff(tries - 1);
}

/**
 * Repairs one of the differences `due`: one that was not tried before if there is any, otherwise
 * each in turn. Tries are counted for the whole set of differences, as long as the set stays the
 * same. If each difference had its own count, two of them would reset each other's.
 */
export function repairNext(copyCase: Finished, due: readonly Difference[], ctx: PlanContext): Step {
  const { record: copy, image } = copyCase;
  const differences = due.map((one) => one.what);
  const before = copy.repair && isSame(copy.repair.differences, differences) ? copy.repair : undefined;
  const tries = before?.tries ?? 0;
  const problem = tries >= MOST_TRIES ? { problem: driftProblem(copy, image, differences, "repair") } : {};
  const pausedUntil = before && tries > 0 ? before.at + pauseAfter(tries) : ctx.now;
  if (ctx.now < pausedUntil)
    return { ...wait(copyCase, reason("repair-paused", { differences, tries }), pausedUntil), ...problem };
  const chosen = due.find((one) => !isTried(copy, one.what)) ?? due[tries % due.length];
  if (!chosen) return NOTHING;
  const repair: Repair = { differences, tries: tries + 1, at: ctx.now };
  const next: Copy = { ...copy, repair, updatedAt: ctx.now };
  return {
    ...recordChange(next, journal("drift", { imageId: image.imageId, difference: chosen.what })),
    call: chosen.call(next),
    ...problem,
  };
}

/** Ends the repair in the record; differences still in `found` are only reported now. */
export function endRepair({ record: copy, image }: Finished, found: readonly Difference[], ctx: PlanContext): Step {
  if (!copy.repair) return NOTHING;
  const { repair, ...rest } = copy;
  const stays = found.some(({ what }) => isTried(copy, what));
  const end = stays ? "report-only" : "repaired";
  const message = journal("repaired", { imageId: image.imageId, differences: repair.differences, end });
  return recordChange({ ...rest, updatedAt: ctx.now }, message);
}

/**
 * The problem of a copy that differs from its desired state.
 * `onDrift`: whether repairs were tried without effect (`repair`), or the policy only reports drift
 * (`report`).
 */
export function driftProblem(
  copy: Copy,
  { imageId, region }: Image,
  differences: readonly string[],
  onDrift: "repair" | "report",
): Reason {
  const repair = "repair" in copy ? copy.repair : undefined;
  const tried = repair && { tries: repair.tries, lastTryAt: iso(repair.at) };
  return reason("drift", { imageId, region, differences, onDrift, ...tried });
}
