// Puts a copy into its family, holds that back for other regions, or takes it out after a rollback.
import { journal } from "../../../model/messages/journal.ts";
import { baseOf, NOTHING, recordChange } from "../../transitions.ts";
import type { PlanContext, Step } from "../../types.ts";
import type { UnderWay } from "../stages.ts";
import { carryOut, modify } from "./carry-out.ts";

/** The version was rolled back before this copy was finished: it leaves its family, deprecated. */
export function leaveFamily(copyCase: UnderWay, ctx: PlanContext): Step | "done" {
  const { record, image } = copyCase;
  if (record.rolledBackFrom === undefined || !image.family || image.deprecated) return "done";
  return carryOut(copyCase, { attribute: "rollback", call: modify(copyCase, { family: "", deprecated: true }) }, ctx);
}

/** The family, once the copies in the other regions are ready as well (`publish: together`). */
export function publish(copyCase: UnderWay, ctx: PlanContext): Step | "done" {
  const { record, image, desired } = copyCase;
  const family = dueFamily(copyCase, ctx);
  if (family === undefined) return "done";
  const publicationHold = desired && ctx.publicationHoldOf(desired);
  if (!publicationHold) return carryOut(copyCase, { attribute: "family", call: modify(copyCase, { family }) }, ctx);
  if (record.state === "finishing" && record.publicationHold?.text === publicationHold.text) return NOTHING;
  const { claim } = record;
  const { imageId } = image;
  return recordChange(
    { ...baseOf(copyCase, ctx), state: "finishing", claim, imageId, progressedAt: ctx.now, publicationHold },
    journal("publication-held", { text: publicationHold.text }),
  );
}

/** The family that the copy must have and does not have yet. */
export function dueFamily({ image, desired }: UnderWay, ctx: PlanContext): string | undefined {
  const family = desired?.publication.family;
  return desired && family !== undefined && image.family !== family && ctx.leads(desired.key) ? family : undefined;
}

/**
 * The cloud may copy the family of the source, but this copy needs none, another one, or the same
 * one later.
 */
export function hasFamilyTooEarly({ image, desired }: UnderWay, ctx: PlanContext): boolean {
  if (!desired || !image.family) return false;
  return (
    image.family !== desired.publication.family ||
    !ctx.leads(desired.key) ||
    ctx.publicationHoldOf(desired) !== undefined
  );
}
