// Follows a requested copy until it is NORMAL: progress, early tags, no progress, failure.
import { journal } from "../../../model/messages/journal.ts";
import { reason } from "../../../model/messages/reasons.ts";
import { hasFailed } from "../../../model/observation.ts";
import { iso, mustWait } from "../../../model/time.ts";
import { copying, stuck } from "../../transitions.ts";
import type { PlanContext, Step } from "../../types.ts";
import type { Stuck, UnderWay } from "../stages.ts";
import { baseOf, copyFailed, NOTHING, recordChange } from "../steps.ts";
import { stuckAfter } from "./carry-out.ts";
import { missingTags } from "./tag.ts";

/** A stuck copy is checked again when it is due. */
export function awaitRecheck({ record: { notBefore } }: Stuck, ctx: PlanContext): Step | "done" {
  return notBefore !== undefined && mustWait(notBefore, ctx) ? NOTHING : "done";
}

/**
 * Not NORMAL yet: records the progress, and sets the tags in the same step as soon as the cloud
 * permits it. Without progress for `stuckAfter` the copy is blocked.
 */
export function followProgress(copyCase: UnderWay, ctx: PlanContext): Step | "done" {
  const { record: copy, image, desired } = copyCase;
  const { imageId, state, syncPercent: percent } = image;
  if (hasFailed(image)) return copyFailed(copyCase, image, ctx);
  if (state === "NORMAL") return "done";
  // A copy with a publication hold was NORMAL before; it is SYNCING now as the source of other
  // copies.
  if (copy.phase === "stuck" || (copy.phase === "finishing" && copy.publicationHold)) return NOTHING;
  const base = baseOf(copyCase, ctx);
  const recorded = copy.phase === "copying" ? copy : undefined;
  const hasProgressed = recorded === undefined || recorded.percent !== percent;
  const progressedAt = recorded && !hasProgressed ? recorded.progressedAt : ctx.now;
  if (recorded && ctx.now - progressedAt > stuckAfter(desired)) {
    const why = reason("stuck", { imageId, state, percent, since: iso(progressedAt) });
    return recordChange(stuck(base, copy, why), journal("stuck", { text: why.text }));
  }
  const next = copying(base, copy, { progressedAt, percent });
  const step = hasProgressed ? recordChange(next, journal("progress", { imageId, state, percent })) : NOTHING;
  const tags = missingTags(copyCase, ctx);
  if (Object.keys(tags).length === 0 || recorded?.tagRefused) return step;
  return { ...step, call: { do: "tag", copy: hasProgressed ? next : copy, image, tags } };
}
