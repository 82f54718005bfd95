// No policy desires the copy any more, or a policy desires it again.
import { isIntermediate } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { RECALLED, reason, SOURCE_REVOKED, SUPERSEDED } from "../../model/messages/reasons.ts";
import { whyDeselected } from "../desired/why-deselected.ts";
import { blocked, ended, ready, retired, waiting } from "../transitions.ts";
import type { CopyCase, PlanContext, Step } from "../types.ts";
import { followSource } from "../upkeep/follow-source.ts";
import { isAboutToBeMarked } from "../upkeep/refresh-record.ts";
import { repair } from "../upkeep/repair.ts";
import { recoverRecord } from "./recover-record.ts";
import { kept, type ReadyCase, type RetiredCase } from "./stages.ts";
import { baseOf, NOTHING, recordChange, recordReason, unmadeBase, wait } from "./steps.ts";

/**
 * Ends the record of a copy that has no image and that no policy desires. A source that is no longer
 * shared was not deselected: its copy is blocked until the owner shares it again.
 */
export function retireUnmade(copyCase: CopyCase, ctx: PlanContext): Step {
  const { key, record, isOrphaned } = copyCase;
  if (!record || record.phase === "ended") return NOTHING;
  if (!isOrphaned && !ctx.isSourceRevoked(key)) return wait(copyCase, reason("undetermined"));
  const why = whyDeselected(record, ctx);
  if (why.code === SOURCE_REVOKED) return recordReason(record, blocked(unmadeBase(copyCase, ctx), why));
  return recordChange(ended(unmadeBase(copyCase, ctx), why, ctx.now), journal("retired", { text: why.text }));
}

/**
 * The copy is orphaned: it is kept, and pruned later if the policies permit that. If its source was
 * recalled, it follows in the same step. Only a sweep sees whether too many were recalled at once.
 */
export function retire(copyCase: ReadyCase, ctx: PlanContext): Step | "done" {
  const { key, record: copy, image, isOrphaned } = copyCase;
  const isRecalled = ctx.recall.isRecalled(key);
  if (!isOrphaned || (isRecalled && !ctx.sweep)) return "done";
  const isStep = isIntermediate(image, key) && !copy.desiredDirectly;
  const isSuperseded = isStep && hasEncrypted(copyCase, ctx);
  const why = isSuperseded
    ? SUPERSEDED
    : isRecalled
      ? RECALLED
      : whyDeselected({ ...copy, isIntermediate: isStep }, ctx);
  const next = retired(copy, why, ctx.now);
  const message = journal("retired", { text: why.text });
  // A rollback whose tag is not set yet continues.
  const isContinued = isAboutToBeMarked(copy) && copy.repair;
  if (isContinued) return recordChange({ ...next, repair: isContinued }, message);
  if (!isRecalled) return recordChange(next, message);
  return beginning(recordChange(next, message), followSource({ ...copyCase, record: next }, ctx));
}

/** Whether the encrypted copy exists or is asked for, so that its intermediate copy has served its purpose. */
function hasEncrypted({ key }: ReadyCase, ctx: PlanContext): boolean {
  return (
    ctx.desiredFrom(key).length > 0 ||
    ctx.encryptedOf(key).some(({ phase }) => phase === "ready" || phase === "retired")
  );
}

/** A change of the record that begins the upkeep of the copy, together with the first step of that. */
function beginning(change: Step, upkeep: Step | "done"): Step {
  if (upkeep === "done" || !change.change) return change;
  const copy = upkeep.change?.copy ?? change.change.copy;
  return { ...upkeep, change: { ...change.change, copy } };
}

/**
 * Two runs adopted one image for two sources at the same time. The later record gives the image up.
 */
export function discardAdoption(copyCase: ReadyCase, ctx: PlanContext): Step | "done" {
  if (!ctx.hasOtherAdopter(copyCase.record)) return "done";
  const why = reason("adopted-twice");
  return recordChange(waiting(baseOf(copyCase, ctx), why), journal("adoption-discarded", { text: why.text }));
}

/**
 * A policy desires the copy again, for example because the recall of its source has ended. An
 * adopted image is recorded as ready in whatever state it is, because this program never changes it.
 */
export function revive(copyCase: RetiredCase, ctx: PlanContext): Step | "done" {
  const { record: copy, image, desired } = copyCase;
  if (!desired) return "done";
  const { imageId } = image;
  if (copy.adopted)
    return recordChange(ready(baseOf(copyCase, ctx), image, copy), journal("adopted", { imageId, again: true }));
  const again = recoverRecord(image, copyCase, ctx);
  const message = journal("recovered", { imageId, from: "selection" });
  if (again.phase !== "ready" || !copy.deprecatedByUs) return recordChange(again, message);
  // A recall has ended: the copy returns in the same step.
  const record = { ...again, deprecatedByUs: true } as const;
  const returning = kept({ ...copyCase, record }, ctx);
  return beginning(recordChange(record, message), returning ? repair(returning, ctx) : "done");
}
