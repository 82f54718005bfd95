// Sets one difference right at a time, with backoff.
import { journal } from "../../model/messages/journal.ts";
import { backoff, iso } from "../../model/time.ts";
import type { Copy, Image, Ready, Reason, Repair, Retired } from "../../model/types.ts";
import { NOTHING, recordChange } from "../transitions.ts";
import type { CloudCall, PlanContext, Step } from "../types.ts";

/** After so many vain tries a person is told, and it is tried once a day. */
const MOST_TRIES = 5;
const DAY = 86_400_000;
/** Between what differs, in `Mending`. */
export const AND = "; ";

/** One respect in which an image is not as it should be, and the call that sets it right. */
export interface Difference {
  readonly what: string;
  readonly call: (copy: Copy) => CloudCall;
  /** Wanted by what happens elsewhere, not changed by hand: done even where drift is only reported. */
  readonly always?: true;
}

/** Whether the last call that was to set this copy right was one of several for this. */
export function isTried({ repair }: Ready | Retired, what: string): boolean {
  return repair !== undefined && repair.what.split(AND).includes(what);
}

function pauseAfter(tries: number): number {
  return tries >= MOST_TRIES ? DAY : backoff(tries - 1);
}

/**
 * One call: for what was not tried before, if there is such, else for one after the other. It was in vain as long as the same
 * things differ; counted each by itself, two of them would begin anew with every turn of the other.
 */
export function repairNext(copy: Ready | Retired, image: Image, due: readonly Difference[], ctx: PlanContext): Step {
  const what = due.map((one) => one.what).join(AND);
  const before = copy.repair?.what === what ? copy.repair : undefined;
  const tries = before?.tries ?? 0;
  const vain = driftProblem(copy, image, what, "see the journal for the cloud's answers; it is tried again once a day");
  const problem = tries >= MOST_TRIES ? { problem: vain } : {};
  if (before && tries > 0 && ctx.now < before.at + pauseAfter(tries)) return problem;
  const chosen = due.find((one) => !isTried(copy, one.what)) ?? due[tries % due.length];
  if (!chosen) return NOTHING;
  const repair: Repair = { what, tries: tries + 1, at: ctx.now };
  const next: Copy = { ...copy, repair, updatedAt: ctx.now };
  return {
    ...recordChange(next, journal("drift", { imageId: image.imageId, difference: chosen.what })),
    call: chosen.call(next),
    ...problem,
  };
}

export function endRepair(copy: Ready | Retired, image: Image, found: readonly Difference[], ctx: PlanContext): Step {
  if (!copy.repair) return NOTHING;
  const { repair, ...rest } = copy;
  const stays = found.some(({ what }) => isTried(copy, what));
  const end = stays ? "report-only" : "repaired";
  const message = journal("repaired", { imageId: image.imageId, differences: repair.what, end });
  return recordChange({ ...rest, updatedAt: ctx.now }, message);
}

export function driftProblem(copy: Copy, image: Image, what: string, remedy: string): Reason {
  const since =
    "repair" in copy && copy.repair ? `, tried ${copy.repair.tries} times, last at ${iso(copy.repair.at)}` : "";
  return {
    code: "drift",
    text: `${image.imageId} in ${image.region} differs from what is wanted: ${what}${since}`,
    remedy,
  };
}
