// Puts a copy into its family, holds that back for other regions, or takes it out after a rollback.
import { isIntermediate } from "../../../model/identity.ts";
import { journal } from "../../../model/messages/journal.ts";
import type { Reason } from "../../../model/types.ts";
import { finishing } from "../../transitions.ts";
import type { PlanContext, Step } from "../../types.ts";
import type { UnderWay } from "../stages.ts";
import { baseOf, NOTHING, recordChange } from "../steps.ts";
import { carryOut, modify } from "./carry-out.ts";

/** The version was rolled back before this copy was finished: it leaves its family, deprecated. */
export function leaveFamily(copyCase: UnderWay, ctx: PlanContext): Step | "done" {
  const { record, image } = copyCase;
  if (record.rolledBackFrom === undefined || !image.family || image.deprecated) return "done";
  return carryOut(copyCase, { attribute: "rollback", call: modify(copyCase, { family: "", deprecated: true }) }, ctx);
}

/** The family, once the copies in the other regions are ready as well (`publish: together`). */
export function publish(copyCase: UnderWay, ctx: PlanContext): Step | "done" {
  const { desired } = copyCase;
  const family = dueFamily(copyCase, ctx);
  if (family === undefined) return "done";
  const publicationHold = desired && ctx.publicationHoldOf(desired);
  if (!publicationHold) return carryOut(copyCase, { attribute: "family", call: modify(copyCase, { family }) }, ctx);
  return holdPublication(copyCase, publicationHold, ctx);
}

/** Records that the publication of a finished copy waits for copies in other regions. */
export function holdPublication(copyCase: UnderWay, publicationHold: Reason, ctx: PlanContext): Step {
  const { record } = copyCase;
  if (record.phase === "finishing" && record.publicationHold?.text === publicationHold.text) return NOTHING;
  const held = finishing(baseOf(copyCase, ctx), record, publicationHold);
  return recordChange(held, journal("publication-held", { text: publicationHold.text }));
}

/**
 * Whether the copy was claimed as an intermediate copy, and a policy desires it itself since then: it is
 * published once a sweep has given it its own name.
 */
export function isUnnamed({ key, record }: UnderWay): boolean {
  return isIntermediate(record.claim.settings, key);
}

/** The family that the copy must have and does not have yet. */
export function dueFamily(copyCase: UnderWay, ctx: PlanContext): string | undefined {
  const { image, desired } = copyCase;
  const family = isUnnamed(copyCase) ? undefined : desired?.publication.family;
  return desired && family !== undefined && image.family !== family && ctx.leads(desired.key) ? family : undefined;
}

/**
 * The cloud may copy the family of the source, but this copy needs none, another one, or the same
 * one later.
 */
export function hasFamilyTooEarly(copyCase: UnderWay, ctx: PlanContext): boolean {
  const { key, image, desired } = copyCase;
  if (!image.family) return false;
  // A recalled version must not become the family's current image; any other orphaned one may return.
  if (!desired) return ctx.recall.isRecalled(key);
  return (
    isUnnamed(copyCase) ||
    image.family !== desired.publication.family ||
    !ctx.leads(desired.key) ||
    ctx.publicationHoldOf(desired) !== undefined
  );
}
