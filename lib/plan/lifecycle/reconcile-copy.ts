// The next step of one copy, by its state and by what the cloud shows of its image.
import { isIntermediate } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { DESELECTED, reason, SUPERSEDED } from "../../model/messages/reasons.ts";
import { CLOCK_SKEW, iso } from "../../model/time.ts";
import type { Copy, Image } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { attemptFailed, copyBase, NOTHING, recordChange } from "../transitions.ts";
import type { CopyCase, PlanContext, Step } from "../types.ts";
import * as drift from "../upkeep/drift.ts";
import { pruneCopy } from "../upkeep/prune.ts";
import { isAboutToBeMarked } from "../upkeep/refresh-record.ts";
import { createCopy } from "./create.ts";
import { finishCopy } from "./finish.ts";
import { recoverRecord } from "./locate.ts";

/**
 * The next step of one copy, from its record, the desired copy and the observation. Pure. It is
 * called again after every change, until it returns `NOTHING`.
 */
export function reconcileCopy(copyCase: CopyCase, ctx: PlanContext): Step {
  const { key, record: copy, desired, isOrphaned, image, candidates } = copyCase;
  const imageId = copy && "imageId" in copy ? copy.imageId : undefined;
  if (!copy || imageId === undefined) return createCopy(key, copy, desired, isOrphaned, ctx);
  if (image === "unread") return NOTHING;
  if (image !== "absent") return reconcilePresent(copy, image, desired, isOrphaned, ctx);
  const other = candidates?.best;
  if (other) {
    const message = journal("recovered", { imageId: other.imageId, from: "other-image", missingId: imageId });
    return recordChange(recoverRecord(other, key, copy, desired, ctx), message);
  }
  return confirmLoss(copy, imageId, desired, ctx);
}

/**
 * The recorded image is missing. It is gone if it was missing before, `settle` and the clock skew
 * ago.
 */
function confirmLoss(copy: Copy, imageId: string, desired: DesiredCopy | undefined, ctx: PlanContext): Step {
  const readAt = ctx.observation.regions.get(copy.key.region)?.readAt ?? ctx.now;
  if (copy.state === "copying" && readAt < (copy.claim.endedAt ?? copy.claim.claimedAt) + CLOCK_SKEW + ctx.settle)
    return NOTHING;
  if (copy.missingSince === undefined) {
    // Not `readAt`: reading may take long, and two observations that are both late would count as
    // far apart.
    return recordChange({ ...copy, missingSince: ctx.now, updatedAt: ctx.now }, journal("missing", { imageId }));
  }
  if (readAt < copy.missingSince + ctx.settle + CLOCK_SKEW) return NOTHING;
  const since = iso(copy.missingSince);
  const gone = reason("gone", { imageId, since });
  if (copy.state === "copying" || copy.state === "finishing") return attemptFailed(copy, gone, desired, 0, ctx, "gone");
  const base = copyBase(copy.key, copy, desired, ctx.now);
  const message = journal("gone", { text: gone.text });
  if (!desired) return recordChange({ ...base, state: "retired", reason: gone, since: ctx.now }, message);
  if (desired.policy.onDrift === "report" && copy.state === "ready") {
    const { rootId, region } = copy.key;
    const reported = reason("gone", { imageId, since, rootId, region });
    return recordChange({ ...base, state: "blocked", reason: reported }, message);
  }
  return recordChange({ ...base, attempts: 0, state: "waiting", reason: gone }, message);
}

/** The recorded image exists. */
function reconcilePresent(
  copy: Copy,
  image: Image,
  desired: DesiredCopy | undefined,
  isOrphaned: boolean,
  ctx: PlanContext,
): Step {
  if (copy.missingSince !== undefined) {
    const { missingSince: _, ...present } = { ...copy, updatedAt: ctx.now };
    return recordChange(present, journal("recovered", { imageId: image.imageId, from: "reappearance" }));
  }
  switch (copy.state) {
    case "copying":
    case "finishing":
      return finishCopy(copy, image, desired, isOrphaned, ctx);
    case "blocked": {
      if (!copy.claim || (copy.notBefore !== undefined && ctx.now < copy.notBefore)) return NOTHING;
      // The name or tags of the policy may have been the cause, so the current settings count from
      // here on.
      const claim = desired ? { ...copy.claim, settings: desired.settings } : copy.claim;
      return finishCopy({ ...copy, claim }, image, desired, isOrphaned, ctx);
    }
    case "ready":
      if (isOrphaned) return retire(copy, image, ctx);
      if (ctx.hasOtherAdopter(copy)) return discardAdoption(copy, desired, ctx);
      return desired ? drift.reconcileReady(copy, image, desired, ctx) : drift.finishRollback(copy, image, ctx);
    case "retired": {
      if (desired && copy.adopted) return readopt(copy, image, desired, ctx);
      if (desired) {
        const again = recoverRecord(image, copy.key, copy, desired, ctx);
        const marked = again.state === "ready" && copy.deprecatedByUs ? { deprecatedByUs: true as const } : {};
        return recordChange(
          { ...again, ...marked },
          journal("recovered", { imageId: image.imageId, from: "selection" }),
        );
      }
      const step = drift.followSource(copy, image, ctx);
      // Copies of a revoked source stay, except for an intermediate copy that is no longer needed.
      const isOver = isOrphaned || (ctx.isSourceRevoked(copy.key) && copy.reason.code === SUPERSEDED.code);
      return isOver && step === NOTHING ? pruneCopy(copy, image, ctx) : step;
    }
    case "waiting":
    case "retrying":
    case "failed":
      return NOTHING;
  }
}

/** The copy is orphaned: it is kept, and pruned later if the policies permit that. */
function retire(copy: Copy, image: Image, ctx: PlanContext): Step {
  const base = { ...copyBase(copy.key, copy, undefined, ctx.now), attempts: 0 };
  const adopted = copy.state === "ready" && copy.adopted ? { adopted: true as const } : {};
  const deprecated = copy.state === "ready" && copy.deprecatedByUs ? { deprecatedByUs: true as const } : {};
  const why = isIntermediate(image, copy.key) && !copy.desiredDirectly ? SUPERSEDED : DESELECTED;
  const { imageId } = image;
  // A rollback whose tag is not set yet continues.
  const rollback = copy.state === "ready" && isAboutToBeMarked(copy) && copy.repair ? { repair: copy.repair } : {};
  const retired: Copy = {
    ...base,
    ...adopted,
    ...deprecated,
    ...rollback,
    state: "retired",
    imageId,
    reason: why,
    since: ctx.now,
  };
  return recordChange(retired, journal("retired", { text: why.text }));
}

/**
 * Two runs adopted one image for two sources at the same time. The later record gives the image up.
 */
function discardAdoption(copy: Copy, desired: DesiredCopy | undefined, ctx: PlanContext): Step {
  const why = reason("adopted-twice");
  return recordChange(
    { ...copyBase(copy.key, copy, desired, ctx.now), state: "waiting", reason: why },
    journal("adoption-discarded", { text: why.text }),
  );
}

/**
 * An adopted image is recorded as ready in whatever state it is, because this program never changes
 * it.
 */
function readopt(copy: Copy, image: Image, desired: DesiredCopy, ctx: PlanContext): Step {
  const { imageId, name } = image;
  const base = copyBase(copy.key, copy, desired, ctx.now);
  const ready: Copy = { ...base, state: "ready", imageId, name, readyAt: ctx.now, adopted: true };
  return recordChange(ready, journal("adopted", { imageId, again: true }));
}
