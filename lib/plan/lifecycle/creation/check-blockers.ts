// What keeps a desired copy from being requested: the first blocker that holds decides.
import { reason } from "../../../model/messages/reasons.ts";
import { seen } from "../../../model/observation.ts";
import { CLOCK_SKEW, iso } from "../../../model/time.ts";
import type { ImageRef, Millis, Reason } from "../../../model/types.ts";
import type { DesiredCopy } from "../../desired/types.ts";
import { NOTHING, recordReason, unmadeBase } from "../../transitions.ts";
import type { PlanContext, Step } from "../../types.ts";
import { firstStep, type Phase, type ToRequest } from "../stages.ts";

const UNCERTAIN_AFTER_LOSS = "unknown-after-loss";

/**
 * A verdict that needs manual action comes first, then a block by the policy, which is reported even
 * during a back-off, then everything that passes by itself, from the source to the parent.
 */
export const BLOCKERS: readonly Phase<ToRequest>[] = [
  respectVerdict,
  respectPolicy,
  backOff,
  awaitSource,
  awaitRegion,
  awaitParent,
];

/** Makes the copy wait, or blocks it, if one of the blockers holds. */
export function checkBlockers(copyCase: ToRequest, ctx: PlanContext): Step | "done" {
  return firstStep(BLOCKERS, copyCase, ctx);
}

/** All attempts are used up, or the copy was deleted by hand and the policy only reports that. */
function respectVerdict({ record, desired: { policy } }: ToRequest): Step | "done" {
  if (record?.state === "failed" && record.attempts >= policy.attempts) return NOTHING;
  if (record?.state === "blocked" && record.reason.code === "gone" && policy.onDrift === "report") return NOTHING;
  return "done";
}

function respectPolicy(copyCase: ToRequest, ctx: PlanContext): Step | "done" {
  const { record, desired } = copyCase;
  if (!desired.block) return "done";
  return recordReason(record, { ...unmadeBase(copyCase, ctx), state: "blocked", reason: desired.block });
}

/**
 * The wait after a loss of the state is decided anew each time, because `uncertainUntil` may have
 * changed.
 */
function backOff({ record }: ToRequest, { now }: PlanContext): Step | "done" {
  if (!record || !("notBefore" in record) || record.notBefore === undefined) return "done";
  return now < record.notBefore && record.reason.code !== UNCERTAIN_AFTER_LOSS ? NOTHING : "done";
}

/** A copy with a parent is made from the parent, so the state of the source does not matter. */
function awaitSource(copyCase: ToRequest, ctx: PlanContext): Step | "done" {
  const { wait, parent } = copyCase.desired;
  return wait && !parent ? waitFor(copyCase, { reason: wait }, ctx) : "done";
}

/** The destination must be read whole; after a loss of the state, copies may still be invisible. */
function awaitRegion(copyCase: ToRequest, ctx: PlanContext): Step | "done" {
  const { key, desired } = copyCase;
  const unreadable = ctx.observation.unreadable.get(key.region);
  if (unreadable) return waitFor(copyCase, { reason: unreadable }, ctx);
  const region = ctx.customImages(key.region);
  if (!region) return NOTHING;
  const { uncertainUntil, firstSeenAt } = ctx;
  if (uncertainUntil === undefined || region.readAt >= uncertainUntil) return "done";
  if (desired.root.createdAt >= firstSeenAt + CLOCK_SKEW) return "done";
  const uncertain = reason(UNCERTAIN_AFTER_LOSS, { until: iso(uncertainUntil) });
  return waitFor(copyCase, { reason: uncertain, notBefore: uncertainUntil }, ctx);
}

function awaitParent(copyCase: ToRequest, ctx: PlanContext): Step | "done" {
  const parent = parentOf(copyCase.desired, ctx);
  return "code" in parent ? waitFor(copyCase, { reason: parent }, ctx) : "done";
}

/**
 * The image to copy from: the root itself, or the finished copy that is the parent; else why it is
 * not ready.
 */
export function parentOf(desired: DesiredCopy, ctx: PlanContext): ImageRef | Reason {
  if (!desired.parent) return { region: desired.root.region, imageId: desired.root.imageId };
  const { region } = desired.parent;
  const recorded = ctx.copyOf(desired.parent);
  // A copy with a publication hold is finished, except for its publication, which waits for copies
  // made from it.
  const isFinished =
    recorded?.state === "ready" || (recorded?.state === "finishing" && recorded.publicationHold !== undefined);
  if (isFinished && recorded.missingSince === undefined) {
    const parent = { region, imageId: recorded.imageId };
    if (seen(ctx.observation, parent) !== "absent") return parent;
    return reason("parent-not-ready", { region, state: "missing" });
  }
  return reason("parent-not-ready", { region, state: recorded?.state });
}

/** Records why the copy waits, unless the record already says the same. */
export function waitFor(
  copyCase: ToRequest,
  wait: { readonly reason: Reason; readonly notBefore?: Millis },
  ctx: PlanContext,
): Step {
  return recordReason(copyCase.record, { ...unmadeBase(copyCase, ctx), state: "waiting", ...wait });
}
