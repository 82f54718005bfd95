// The recorded image is absent, or another one: it is lost if that is still so after the settling time.
import { journal } from "../../model/messages/journal.ts";
import { reason } from "../../model/messages/reasons.ts";
import { CLOCK_SKEW, iso } from "../../model/time.ts";
import type { Copy, CopyImage } from "../../model/types.ts";
import { failedImage } from "../image-index.ts";
import { blocked, ended, waiting } from "../transitions.ts";
import type { CopyCase, PlanContext, Step } from "../types.ts";
import { attemptFailed, baseOf, copyFailed, recordChange, wait, waitForRegion } from "./steps.ts";

/** A case whose record names an image. */
type WithImage = CopyCase & { readonly record: Extract<Copy, CopyImage> };

/**
 * An image that is absent is gone if it was absent before, `settle` and the clock skew ago. A
 * requested copy may also be invisible for as long after its request. The same holds for an image
 * that does not show that it is this copy: nothing is changed about it, and then a person decides.
 */
export function confirmLoss(copyCase: CopyCase, ctx: PlanContext): Step | "done" {
  const { key, record: copy, image } = copyCase;
  if (!copy || !("imageId" in copy) || (image !== "absent" && image !== "unidentified")) return "done";
  const { imageId, missingSince } = copy;
  const readAt = ctx.observation.regions.get(key.region)?.readAt ?? ctx.now;
  const visibleAt = copy.phase === "copying" ? (copy.claim.endedAt ?? copy.claim.claimedAt) : undefined;
  if (visibleAt !== undefined && readAt < visibleAt + CLOCK_SKEW + ctx.settle)
    return wait(copyCase, reason("not-visible-yet", { imageId }), visibleAt + CLOCK_SKEW + ctx.settle);
  if (missingSince === undefined) {
    // Not `readAt`: reading may take long, and two observations that are both late would count as
    // far apart.
    const isThere = image === "unidentified";
    const missing = { ...copy, missingSince: ctx.now, updatedAt: ctx.now };
    return recordChange(missing, journal(isThere ? "unidentified" : "missing", { imageId }));
  }
  const goneAt = missingSince + ctx.settle + CLOCK_SKEW;
  if (readAt < goneAt) return wait(copyCase, reason("missing", { imageId, since: iso(missingSince) }), goneAt);
  if (image === "unidentified") return recordOther({ ...copyCase, record: copy }, ctx);
  return recordLoss({ ...copyCase, record: copy }, iso(missingSince), ctx);
}

/** Another image may be the copy, so it is searched for once more; else a person must decide. */
function recordOther(copyCase: WithImage, ctx: PlanContext): Step {
  const { key, record: copy, candidates } = copyCase;
  if (!candidates) return waitForRegion(copyCase, ctx);
  const failed = "claim" in copy && failedImage(candidates, copy.claim);
  if (failed) return copyFailed(copyCase, failed, ctx);
  const { imageId } = copy;
  const why = reason("unidentified", { imageId, rootId: key.rootId, region: key.region });
  const base = { ...baseOf(copyCase, ctx), lastImageId: imageId };
  const message = journal("blocked", { text: why.text });
  return recordChange(copyCase.desired ? blocked(base, why) : ended(base, why, ctx.now), message);
}

/** An attempt failed if the copy was under way; a finished copy is made again or only reported. */
function recordLoss(copyCase: WithImage, since: string, ctx: PlanContext): Step {
  const { key, record: copy, desired } = copyCase;
  const { imageId } = copy;
  const gone = reason("gone", { imageId, since });
  if (copy.phase === "copying" || copy.phase === "finishing")
    return attemptFailed(copyCase, { reason: gone, event: "gone", delay: 0 }, ctx);
  const base = { ...baseOf(copyCase, ctx), lastImageId: imageId };
  const message = journal("gone", { text: gone.text });
  if (!desired) return recordChange(ended(base, gone, ctx.now), message);
  if (desired.policy.onDrift === "report" && copy.phase === "ready") {
    const { rootId, region } = key;
    return recordChange(blocked(base, reason("gone", { imageId, since, rootId, region })), message);
  }
  return recordChange(waiting({ ...base, attempts: 0 }, gone), message);
}
