// A finished copy is compared with its policy and its source; what differs is repaired or reported.
import { journal } from "../../model/messages/journal.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { Kept, Shared } from "../lifecycle/stages.ts";
import { NOTHING, recordChange, wait } from "../lifecycle/steps.ts";
import type { PlanContext, Step } from "../types.ts";
import { compare } from "./comparisons.ts";
import { WRONGLY_LEADING } from "./differences.ts";
import { unconfirmed, whyBraked } from "./giving/brake.ts";
import { sharedByOthers } from "./giving/shares.ts";
import { refreshed } from "./refresh-record.ts";
import { type Difference, driftProblem, endRepair, isTried, repairNext } from "./try-repair.ts";

/**
 * Finished copies are compared in a sweep, and in a poll only while they are being repaired. An
 * adopted copy is never changed.
 */
export function awaitSweep(copyCase: Kept, { sweep }: PlanContext): Step | "done" {
  const { record, image } = copyCase;
  const { imageId, state } = image;
  if (record.adopted || !(sweep || record.repair)) return NOTHING;
  if (state !== "NORMAL") return wait(copyCase, reason("image-busy", { imageId, state }));
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
 * was finished, and tags and shares that a person added stay.
 */
export function repair(copyCase: Kept, ctx: PlanContext): Step {
  const { record, image, desired } = copyCase;
  const { found, unknown } = compare(copyCase, ctx);
  const { questions } = unknown;
  const due = ctx.brake ? found.filter(({ takesBack }) => !takesBack) : found;
  const held = heldBack(
    copyCase,
    found.filter((one) => !due.includes(one)),
    ctx,
  );
  const repaired = desired.policy.onDrift === "repair" ? due : due.filter(({ always }) => always);
  // Open questions are asked as well, so that a failing repair does not hold up the rest.
  if (repaired.length > 0) return { ...held, ...unknown, ...repairNext(copyCase, repaired, ctx) };
  // Nothing is left to repair automatically. That ends the last repair, even if other differences
  // are reported or unknown.
  const settled = record.repair ? endRepair(copyCase, due, ctx) : updateRecord(copyCase, ctx);
  const reported = due.map(({ what }) => what);
  return {
    ...held,
    ...(questions ? NOTHING : settled),
    ...unknown,
    ...(reported.length > 0 && { problem: driftProblem(record, image, reported, "report") }),
  };
}

/** What the brake holds back. It does not hold up the other differences. */
function heldBack(copyCase: Kept, held: readonly Difference[], ctx: PlanContext): Step {
  if (held.length === 0) return NOTHING;
  const differences = held.map(({ what }) => what);
  const braked = whyBraked(ctx, differences);
  return braked ? { ...wait(copyCase, braked, ctx.brake?.until), ...unconfirmed(ctx) } : NOTHING;
}

/** The record is updated, and the accounts that others share the image with are noted. */
function updateRecord({ record, stored, image, shareWith }: Kept, ctx: PlanContext): Step {
  const others = sharedByOthers(record, image, shareWith, ctx);
  if (others) {
    const { imageId, region } = image;
    const { sharedByOthers: before = [] } = record;
    const next = { ...record, sharedByOthers: others, updatedAt: ctx.now };
    const ended = before.filter((account) => !others.includes(account));
    const isNew = others.some((account) => !before.includes(account));
    return recordChange(
      next,
      isNew
        ? journal("shared-by-others", { imageId, region, accounts: others })
        : journal("not-shared-by-others", { imageId, region, accounts: ended }),
    );
  }
  return record === stored ? NOTHING : recordChange({ ...record, updatedAt: ctx.now }, refreshed(record, image));
}

/** No policy defines the desired settings now, so a repair in progress ends. */
export function abandonRepair({ record, image }: Shared, { now, sweep }: PlanContext): Step | "done" {
  if (!sweep || record.phase !== "ready" || !record.repair) return "done";
  const { repair: abandoned, ...rest } = record;
  const message = journal("repaired", { imageId: image.imageId, differences: abandoned.differences, end: "abandoned" });
  return recordChange({ ...rest, updatedAt: now }, message);
}
