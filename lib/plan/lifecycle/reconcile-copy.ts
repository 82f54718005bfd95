// One copy: which phase is it in, and what is its next step.
import { isIntermediate } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { allCustom, type Observation, seen } from "../../model/observation.ts";
import { DESELECTED, SUPERSEDED } from "../../model/reasons.ts";
import { CLOCK_SKEW, iso } from "../../model/time.ts";
import type { Copy, CopyKey, Image, Reason } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { attemptFailed, copyBase, NOTHING, recordChange } from "../transitions.ts";
import type { PlanContext, Step } from "../types.ts";
import * as drift from "../upkeep/drift.ts";
import { pruneCopy } from "../upkeep/prune.ts";
import { isAboutToBeMarked } from "../upkeep/refresh-record.ts";
import { createCopy } from "./create.ts";
import { finishCopy } from "./finish.ts";
import { candidatesFor, recoverRecord } from "./locate.ts";

/**
 * The next step of one copy, from what we remember, what is wanted and what the cloud shows. Pure; called again after
 * every change until it answers nothing.
 */
export function reconcileCopy(
  key: CopyKey,
  recorded: Copy | undefined,
  desired: DesiredCopy | undefined,
  isOrphaned: boolean,
  observation: Observation,
  ctx: PlanContext,
): Step {
  const copy = recorded && withRollback(recorded, ctx);
  const imageId = copy && "imageId" in copy ? copy.imageId : undefined;
  if (!copy || imageId === undefined) return createCopy(key, copy, desired, isOrphaned, observation, ctx);
  const image = seen(observation, { region: key.region, imageId });
  if (image === "unread") return NOTHING;
  if (image !== "absent") return reconcilePresent(copy, image, desired, isOrphaned, observation, ctx);
  const all = allCustom(observation, key.region);
  const other = all && candidatesFor(key, all.images).best;
  if (other)
    return recordChange(
      recoverRecord(other, key, copy, desired, observation, ctx.now),
      journal("recovered", { imageId: other.imageId, from: "other-image", missingId: imageId }),
    );
  return confirmLoss(copy, imageId, desired, observation, ctx);
}

/** A copy that is not finished is rolled back with those of its version that are; a finished one says so itself. */
function withRollback(copy: Copy, ctx: PlanContext): Copy {
  const rolledBackFrom = ctx.rolledBackFrom(copy.key, copy);
  if (copy.state === "ready" || copy.state === "retired" || rolledBackFrom === copy.rolledBackFrom) return copy;
  const { rolledBackFrom: _, ...rest } = copy;
  return rolledBackFrom === undefined ? rest : { ...rest, rolledBackFrom };
}

/** The image of a record is not there: gone if it was absent before, `SETTLE` ago. */
function confirmLoss(
  copy: Copy,
  imageId: string,
  desired: DesiredCopy | undefined,
  observation: Observation,
  ctx: PlanContext,
): Step {
  const readAt = observation.regions.get(copy.key.region)?.readAt ?? ctx.now;
  if (copy.state === "copying" && readAt < (copy.claim.endedAt ?? copy.claim.claimedAt) + CLOCK_SKEW + ctx.settle)
    return NOTHING;
  if (copy.missingSince === undefined) {
    // Not `readAt`: reading may have taken long, and two looks that are both late would count as far apart.
    return recordChange({ ...copy, missingSince: ctx.now, updatedAt: ctx.now }, journal("missing", { imageId }));
  }
  if (readAt < copy.missingSince + ctx.settle + CLOCK_SKEW) return NOTHING;
  const reason: Reason = { code: "gone", text: `${imageId} is gone: not found twice since ${iso(copy.missingSince)}` };
  if (copy.state === "copying" || copy.state === "finishing")
    return attemptFailed(copy, reason, desired, 0, ctx, "gone");
  const base = copyBase(copy.key, copy, desired, ctx.now);
  if (copy.state === "failed")
    return recordChange({ ...base, state: "failed", reason: copy.reason }, journal("gone", { text: reason.text }));
  if (!desired)
    return recordChange({ ...base, state: "retired", reason, since: ctx.now }, journal("gone", { text: reason.text }));
  if (desired.policy.onDrift === "report" && copy.state === "ready") {
    const remedy = `to have it made again: cvm-replicator retry ${copy.key.rootId} --region ${copy.key.region}, or onDrift: repair`;
    return recordChange(
      { ...base, state: "blocked", reason: { ...reason, remedy } },
      journal("gone", { text: reason.text }),
    );
  }
  return recordChange({ ...base, attempts: 0, state: "waiting", reason }, journal("gone", { text: reason.text }));
}

/** The image of a record is there. */
function reconcilePresent(
  copy: Copy,
  image: Image,
  desired: DesiredCopy | undefined,
  isOrphaned: boolean,
  observation: Observation,
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
      // What blocked it may have been the policy's name or tags: from here on, those of today count.
      const claim = desired ? { ...copy.claim, settings: desired.settings } : copy.claim;
      return finishCopy({ ...copy, claim }, image, desired, isOrphaned, ctx);
    }
    case "ready":
      if (isOrphaned) return retire(copy, image, ctx);
      if (ctx.hasOtherAdopter(copy)) return discardAdoption(copy, desired, ctx);
      return desired ? drift.reconcileReady(copy, image, desired, ctx) : drift.finishRollback(copy, image, ctx);
    case "failed": {
      if (isOrphaned) return retire(copy, image, ctx);
      if (!desired || copy.attempts >= desired.policy.attempts) return NOTHING;
      const base = copyBase(copy.key, copy, desired, ctx.now);
      return recordChange(
        { ...base, state: "retrying", reason: copy.reason, notBefore: ctx.now },
        journal("retrying", { policy: desired.policy.name, attempts: desired.policy.attempts }),
      );
    }
    case "retired": {
      if (desired && copy.adopted) return readopt(copy, image, desired, ctx);
      if (desired) {
        const again = recoverRecord(image, copy.key, copy, desired, observation, ctx.now);
        const marked = again.state === "ready" && copy.deprecatedByUs ? { deprecatedByUs: true as const } : {};
        return recordChange(
          { ...again, ...marked },
          journal("recovered", { imageId: image.imageId, from: "selection" }),
        );
      }
      const step = drift.followSource(copy, image, observation, ctx);
      // What was made of a shared image that was withdrawn stays; but what was only a step to that goes.
      const isOver = isOrphaned || (ctx.isSourceRevoked(copy.key) && copy.reason.code === SUPERSEDED.code);
      return isOver && step === NOTHING ? pruneCopy(copy, image, observation, ctx) : step;
    }
    case "waiting":
    case "retrying":
      return NOTHING;
  }
}

function retire(copy: Copy, image: Image, ctx: PlanContext): Step {
  const base = { ...copyBase(copy.key, copy, undefined, ctx.now), attempts: 0 };
  const adopted = copy.state === "ready" && copy.adopted ? { adopted: true as const } : {};
  const deprecated = copy.state === "ready" && copy.deprecatedByUs ? { deprecatedByUs: true as const } : {};
  const reason = isIntermediate(image, copy.key) && !copy.desiredDirectly ? SUPERSEDED : DESELECTED;
  const { imageId } = image;
  // A rollback that was begun goes on.
  const begun = copy.state === "ready" && isAboutToBeMarked(copy) && copy.repair ? { repair: copy.repair } : {};
  const retired: Copy = {
    ...base,
    ...adopted,
    ...deprecated,
    ...begun,
    state: "retired",
    imageId,
    reason,
    since: ctx.now,
  };
  return recordChange(retired, journal("retired", { text: reason.text }));
}

/** Two runs have adopted one image for two roots at the same time; one of them has to have another. */
function discardAdoption(copy: Copy, desired: DesiredCopy | undefined, ctx: PlanContext): Step {
  const reason = { code: "adopted-twice", text: "the image that was taken as this copy is the copy of another image" };
  return recordChange(
    { ...copyBase(copy.key, copy, desired, ctx.now), state: "waiting", reason },
    journal("adoption-discarded", { text: reason.text }),
  );
}

/** An image that was made by other means stays as it is, whatever it is doing. */
function readopt(copy: Copy, image: Image, desired: DesiredCopy, ctx: PlanContext): Step {
  const { imageId, name } = image;
  const base = copyBase(copy.key, copy, desired, ctx.now);
  const ready: Copy = { ...base, state: "ready", imageId, name, readyAt: ctx.now, adopted: true };
  return recordChange(ready, journal("adopted", { imageId, again: true }));
}
