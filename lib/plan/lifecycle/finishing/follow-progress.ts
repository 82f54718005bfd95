// Follows a requested copy until it is NORMAL: progress, early tags, no progress, failure.
import { journal } from "../../../model/messages/journal.ts";
import { reason } from "../../../model/messages/reasons.ts";
import { hasFailed } from "../../../model/observation.ts";
import { backoff, iso } from "../../../model/time.ts";
import type { Copy } from "../../../model/types.ts";
import { attemptFailed, baseOf, NOTHING, recordChange } from "../../transitions.ts";
import type { PlanContext, Step } from "../../types.ts";
import type { Blocked, UnderWay } from "../stages.ts";
import { stuckAfter } from "./carry-out.ts";
import { missingTags } from "./tag.ts";

/** A blocked copy is checked again when it is due; one that was never requested waits. */
export function awaitRecheck({ record: { claim, notBefore } }: Blocked, { now }: PlanContext): Step | "done" {
  return !claim || (notBefore !== undefined && now < notBefore) ? NOTHING : "done";
}

/**
 * Not NORMAL yet: records the progress, and sets the tags in the same step as soon as the cloud
 * permits it. Without progress for `stuckAfter` the copy is blocked.
 */
export function followProgress(copyCase: UnderWay, ctx: PlanContext): Step | "done" {
  const { record: copy, image, desired } = copyCase;
  const { imageId, state, syncPercent: percent } = image;
  if (hasFailed(image)) {
    const failed = reason("copy-failed", { imageId, state });
    return attemptFailed(copyCase, { reason: failed, event: "copy-failed", delay: backoff(copy.attempts) }, ctx);
  }
  if (state === "NORMAL") return "done";
  // A copy with a publication hold was NORMAL before; it is SYNCING now as the source of other
  // copies.
  if (copy.state === "blocked" || (copy.state === "finishing" && copy.publicationHold)) return NOTHING;
  const base = baseOf(copyCase, ctx);
  const copying = copy.state === "copying" ? copy : undefined;
  const hasProgressed = copying?.percent !== percent || copying?.imageId !== imageId;
  const progressedAt = copying && !hasProgressed ? copying.progressedAt : ctx.now;
  if (copying && ctx.now - progressedAt > stuckAfter(desired)) {
    const stuck = reason("stuck", { imageId, state, percent, since: iso(progressedAt) });
    const blocked: Copy = { ...base, state: "blocked", claim: copy.claim, imageId, reason: stuck };
    return recordChange(blocked, journal("stuck", { text: stuck.text }));
  }
  const next: Copy = {
    ...base,
    state: "copying",
    claim: copy.claim,
    imageId,
    progressedAt,
    ...(percent !== undefined && { percent }),
    ...(copying?.tagRefused && { tagRefused: true }),
  };
  const step = hasProgressed ? recordChange(next, journal("progress", { imageId, state, percent })) : NOTHING;
  const tags = missingTags(copyCase);
  if (Object.keys(tags).length === 0 || copying?.tagRefused) return step;
  return { ...step, call: { do: "tag", copy: hasProgressed ? next : copy, image, tags } };
}
