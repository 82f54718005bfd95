// The recorded image is absent: it is gone if it is absent again after the settling time.
import { imageIdOf } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { reason } from "../../model/messages/reasons.ts";
import { CLOCK_SKEW, iso } from "../../model/time.ts";
import type { Copy } from "../../model/types.ts";
import { attemptFailed, baseOf, NOTHING, recordChange } from "../transitions.ts";
import type { CopyCase, PlanContext, Step } from "../types.ts";

/**
 * An image that is absent is gone if it was absent before, `settle` and the clock skew ago. A
 * requested copy may also be invisible for as long after its request.
 */
export function confirmLoss(copyCase: CopyCase, ctx: PlanContext): Step | "done" {
  const { key, record: copy, image } = copyCase;
  const imageId = copy && imageIdOf(copy);
  if (!copy || imageId === undefined || image !== "absent") return "done";
  const readAt = ctx.observation.regions.get(key.region)?.readAt ?? ctx.now;
  if (copy.state === "copying" && readAt < (copy.claim.endedAt ?? copy.claim.claimedAt) + CLOCK_SKEW + ctx.settle)
    return NOTHING;
  if (copy.missingSince === undefined) {
    // Not `readAt`: reading may take long, and two observations that are both late would count as
    // far apart.
    return recordChange({ ...copy, missingSince: ctx.now, updatedAt: ctx.now }, journal("missing", { imageId }));
  }
  if (readAt < copy.missingSince + ctx.settle + CLOCK_SKEW) return NOTHING;
  return recordLoss({ ...copyCase, record: copy }, { imageId, since: iso(copy.missingSince) }, ctx);
}

/** An attempt failed if the copy was under way; a finished copy is made again or only reported. */
function recordLoss(
  copyCase: CopyCase & { readonly record: Copy },
  lost: { readonly imageId: string; readonly since: string },
  ctx: PlanContext,
): Step {
  const { key, record: copy, desired } = copyCase;
  const gone = reason("gone", lost);
  if (copy.state === "copying" || copy.state === "finishing")
    return attemptFailed(copyCase, { reason: gone, event: "gone", delay: 0 }, ctx);
  const base = baseOf(copyCase, ctx);
  const message = journal("gone", { text: gone.text });
  if (!desired) return recordChange({ ...base, state: "retired", reason: gone, since: ctx.now }, message);
  if (desired.policy.onDrift === "report" && copy.state === "ready") {
    const { rootId, region } = key;
    const reported = reason("gone", { ...lost, rootId, region });
    return recordChange({ ...base, state: "blocked", reason: reported }, message);
  }
  return recordChange({ ...base, attempts: 0, state: "waiting", reason: gone }, message);
}
