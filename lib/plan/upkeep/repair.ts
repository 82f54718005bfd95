// A finished copy is compared with its policy and its source; what differs is repaired or reported.
import { journal } from "../../model/messages/journal.ts";
import type { Kept, Shared } from "../lifecycle/stages.ts";
import { NOTHING, recordChange } from "../transitions.ts";
import type { PlanContext, Step } from "../types.ts";
import { compare } from "./comparisons.ts";
import { WRONGLY_LEADING } from "./differences.ts";
import { refreshed } from "./refresh-record.ts";
import { AND, driftProblem, endRepair, isTried, repairNext } from "./try-repair.ts";

/**
 * Finished copies are compared in a sweep, and in a poll only while they are being repaired. An
 * adopted copy is never changed.
 */
export function awaitSweep({ record, image }: Kept, { sweep }: PlanContext): Step | "done" {
  if (record.adopted || image.state !== "NORMAL" || !(sweep || record.repair)) return NOTHING;
  // Only a sweep reads a whole family; a poll must not conclude that a leader was corrected.
  return !sweep && isTried(record, WRONGLY_LEADING) ? NOTHING : "done";
}

/** A user ended the deprecation of the image: the record no longer says that we deprecated it. */
export function noticeUndeprecated({ record, image }: Kept, { now }: PlanContext): Step | "done" {
  if (!record.deprecatedByUs || image.deprecated) return "done";
  const { deprecatedByUs: _, ...rest } = record;
  return recordChange({ ...rest, updatedAt: now }, journal("undeprecated", { imageId: image.imageId }));
}

/**
 * Repairs or reports what differs, as `onDrift` says. The copy keeps the name it was given when it
 * was finished, and tags and shares that were added by hand stay.
 */
export function repair(copyCase: Kept, ctx: PlanContext): Step {
  const { record, stored, image, desired } = copyCase;
  const { found, unknown } = compare(copyCase, ctx);
  const { questions } = unknown;
  const repaired = desired.policy.onDrift === "repair" ? found : found.filter(({ always }) => always);
  // Open questions are asked as well, so that a failing repair does not hold up the rest.
  if (repaired.length > 0) return { ...repairNext(copyCase, repaired, ctx), ...(questions && { questions }) };
  // Nothing is left to repair automatically. That ends the last repair, even if other differences
  // are reported or unknown.
  const ifRefreshed =
    record === stored ? NOTHING : recordChange({ ...record, updatedAt: ctx.now }, refreshed(record, image));
  const settled = record.repair ? endRepair(copyCase, found, ctx) : ifRefreshed;
  const reported = found.map(({ what }) => what).join(AND);
  return {
    ...(questions ? NOTHING : settled),
    ...unknown,
    ...(reported && { problem: driftProblem(record, image, reported, "report") }),
  };
}

/** No policy defines the desired settings now, so a repair in progress ends. */
export function abandonRepair({ record, image }: Shared, { now, sweep }: PlanContext): Step | "done" {
  if (!sweep || record.state !== "ready" || !record.repair) return "done";
  const { repair: abandoned, ...rest } = record;
  const message = journal("repaired", { imageId: image.imageId, differences: abandoned.what, end: "abandoned" });
  return recordChange({ ...rest, updatedAt: now }, message);
}
