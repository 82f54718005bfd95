// No policy desires the copy any more, or a policy desires it again.
import { isIntermediate } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { DESELECTED, reason, SUPERSEDED } from "../../model/messages/reasons.ts";
import type { Copy } from "../../model/types.ts";
import { baseOf, copyBase, NOTHING, recordChange, unmadeBase } from "../transitions.ts";
import type { CopyCase, PlanContext, Step } from "../types.ts";
import { isAboutToBeMarked } from "../upkeep/refresh-record.ts";
import { recoverRecord } from "./recover-record.ts";
import type { ReadyCase, RetiredCase } from "./stages.ts";

/**
 * Ends the record of a copy that has no image. A shared image that is no longer shared cannot be
 * copied again, so its copies cannot be created any more either.
 */
export function retireUnmade(copyCase: CopyCase, ctx: PlanContext): Step {
  const { key, record, isOrphaned } = copyCase;
  if (!record || record.state === "retired" || !(isOrphaned || ctx.isSourceRevoked(key))) return NOTHING;
  const next: Copy = { ...unmadeBase(copyCase, ctx), state: "retired", reason: DESELECTED, since: ctx.now };
  return recordChange(next, journal("retired", { text: DESELECTED.text }));
}

/** The copy is orphaned: it is kept, and pruned later if the policies permit that. */
export function retire({ key, record: copy, image, isOrphaned }: ReadyCase, ctx: PlanContext): Step | "done" {
  if (!isOrphaned) return "done";
  const why = isIntermediate(image, key) && !copy.desiredDirectly ? SUPERSEDED : DESELECTED;
  const next: Copy = {
    ...copyBase(key, copy, undefined, ctx.now),
    attempts: 0,
    ...(copy.adopted && { adopted: true }),
    ...(copy.deprecatedByUs && { deprecatedByUs: true }),
    // A rollback whose tag is not set yet continues.
    ...(isAboutToBeMarked(copy) && copy.repair && { repair: copy.repair }),
    state: "retired",
    imageId: image.imageId,
    reason: why,
    since: ctx.now,
  };
  return recordChange(next, journal("retired", { text: why.text }));
}

/**
 * Two runs adopted one image for two sources at the same time. The later record gives the image up.
 */
export function discardAdoption(copyCase: ReadyCase, ctx: PlanContext): Step | "done" {
  if (!ctx.hasOtherAdopter(copyCase.record)) return "done";
  const why = reason("adopted-twice");
  return recordChange(
    { ...baseOf(copyCase, ctx), state: "waiting", reason: why },
    journal("adoption-discarded", { text: why.text }),
  );
}

/**
 * A policy desires the copy again. An adopted image is recorded as ready in whatever state it is,
 * because this program never changes it.
 */
export function revive(copyCase: RetiredCase, ctx: PlanContext): Step | "done" {
  const { record: copy, image, desired } = copyCase;
  if (!desired) return "done";
  const { imageId, name } = image;
  if (copy.adopted) {
    const adopted: Copy = {
      ...baseOf(copyCase, ctx),
      state: "ready",
      imageId,
      name,
      readyAt: ctx.now,
      adopted: true,
    };
    return recordChange(adopted, journal("adopted", { imageId, again: true }));
  }
  const again = recoverRecord(image, copyCase, ctx);
  const marked = again.state === "ready" && copy.deprecatedByUs ? { deprecatedByUs: true as const } : {};
  return recordChange({ ...again, ...marked }, journal("recovered", { imageId, from: "selection" }));
}
