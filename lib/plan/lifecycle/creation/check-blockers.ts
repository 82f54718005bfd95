// What keeps a desired copy from being requested: the first blocker that holds decides.
import { stateOf } from "../../../model/identity.ts";
import { NO_SUCH_REGION, reason } from "../../../model/messages/reasons.ts";
import { seen } from "../../../model/observation.ts";
import { BUSY_BACKOFF, CLOCK_SKEW, formatDuration, iso, mustWait } from "../../../model/time.ts";
import type { Copy, CopyIn, ImageRef, Millis, Reason } from "../../../model/types.ts";
import type { DesiredCopy } from "../../desired/types.ts";
import { showsIdentity } from "../../image-index.ts";
import { blocked, waiting } from "../../transitions.ts";
import type { PlanContext, Step } from "../../types.ts";
import { firstStep, type Phase, type ToRequest } from "../stages.ts";
import { NOTHING, recordReason, unmadeBase, waitForRegion } from "../steps.ts";
import { claimName, isHeldByUnfinished } from "./claim-name.ts";

const NEW = reason("new");
const UNCERTAIN_AFTER_LOSS = "unknown-after-loss";
const SOURCE_STUCK = "source-stuck";

/**
 * What needs manual action comes first, so that nothing which passes by itself hides it: a verdict, a
 * block by the policy, a name that another image keeps. Then comes what passes by itself, from the
 * region to the source. The guards say what they would not let through after that (`Step.pending`).
 */
export const BLOCKERS: readonly Phase<ToRequest>[] = [
  respectVerdict,
  respectPolicy,
  respectName,
  backOff,
  awaitRegion,
  awaitSource,
];

/** Makes the copy wait, or blocks it, if one of the blockers holds. */
export function checkBlockers(copyCase: ToRequest, ctx: PlanContext): Step | "done" {
  return firstStep(BLOCKERS, copyCase, ctx);
}

/**
 * All attempts are used up; or the copy was deleted by hand and the policy only reports that; or its
 * image may be another person's.
 */
function respectVerdict({ record, desired: { policy } }: ToRequest): Step | "done" {
  if (record?.phase === "failed" && record.attempts >= policy.attempts) return NOTHING;
  if (record?.phase !== "blocked") return "done";
  if (record.reason.code === "gone" && policy.onDrift === "report") return NOTHING;
  return record.reason.code === "unidentified" ? NOTHING : "done";
}

/** The policy permits the copy, and the region that it names exists. */
function respectPolicy(copyCase: ToRequest, ctx: PlanContext): Step | "done" {
  const { key, record, desired } = copyCase;
  const unreadable = ctx.observation.unreadable.get(key.region);
  const block = desired.block ?? (unreadable?.code === NO_SUCH_REGION ? unreadable : undefined);
  return block ? recordReason(record, blocked(unmadeBase(copyCase, ctx), block)) : "done";
}

/**
 * No other image keeps the final name. An image that could be adopted is adopted only once the copy
 * would be requested, and an unfinished copy of ours may give up its name yet.
 */
function respectName(copyCase: ToRequest, ctx: PlanContext): Step | "done" {
  if (!isCertain(copyCase, ctx) || isHeldByUnfinished(copyCase.desired, ctx)) return "done";
  const step = claimName(copyCase, ctx);
  return step !== "done" && step.change?.event === "adopted" ? "done" : step;
}

/**
 * The wait after a loss of the state is decided anew each time, because `uncertainUntil` may have
 * changed.
 */
function backOff(copyCase: ToRequest, ctx: PlanContext): Step | "done" {
  const { record } = copyCase;
  if (!record || !("notBefore" in record) || record.notBefore === undefined) return "done";
  if (!mustWait(record.notBefore, ctx) || record.reason.code === UNCERTAIN_AFTER_LOSS) return "done";
  return withPending(NOTHING, copyCase, ctx);
}

/**
 * The destination must be read whole, and late enough: after a loss of the state, and after a call
 * that was refused for another destination, copies may still be invisible.
 */
function awaitRegion(copyCase: ToRequest, ctx: PlanContext): Step | "done" {
  const { key, record, desired } = copyCase;
  const unreadable = ctx.observation.unreadable.get(key.region);
  if (unreadable) return waitFor(copyCase, { reason: unreadable }, ctx);
  const region = ctx.customImages(key.region);
  if (!region) {
    // A busy source is recorded, so that polls look at the copy. What blocks a copy shows only in its region.
    const isRecordable = desired.wait && !desired.parent && record?.phase !== "blocked";
    return isRecordable ? "done" : waitForRegion(copyCase, ctx);
  }
  const inDoubtUntil = record?.inDoubtUntil;
  // Not `now`: the reading may have begun long before, and does not show what appeared since then.
  if (inDoubtUntil !== undefined && region.readAt < inDoubtUntil) {
    const isKnown = record?.phase === "waiting" || record?.phase === "blocked";
    if (isKnown && record.notBefore === inDoubtUntil) return NOTHING;
    const why = reason("refusal-in-doubt", { until: iso(inDoubtUntil) });
    return waitFor(copyCase, { reason: why, notBefore: inDoubtUntil }, ctx);
  }
  return isCertain(copyCase, ctx) ? "done" : awaitCertainty(copyCase, ctx);
}

/**
 * Waits until no request that is not recorded can take effect any more. "slow" is what another process
 * stores for the moment in which it meets the account, so the copy is looked at again soon.
 */
function awaitCertainty(copyCase: ToRequest, ctx: PlanContext): Step {
  const { uncertainUntil = ctx.now, uncertainBecause, firstSeenAt, isAccountStored } = ctx;
  const until = isAccountStored
    ? { until: iso(uncertainUntil) }
    : { length: formatDuration(uncertainUntil - firstSeenAt) };
  const uncertain = reason(UNCERTAIN_AFTER_LOSS, { ...until, ...uncertainBecause });
  const mayEndSoon = uncertainBecause?.cause === "slow";
  const notBefore = mayEndSoon ? Math.min(uncertainUntil, ctx.now + BUSY_BACKOFF) : uncertainUntil;
  return waitFor(copyCase, { reason: uncertain, ...(isAccountStored && { notBefore }) }, ctx);
}

/** Whether the region was read whole, and no earlier request may still take effect there. */
function isCertain({ key, record, desired }: ToRequest, ctx: PlanContext): boolean {
  const { uncertainUntil, firstSeenAt } = ctx;
  const region = ctx.customImages(key.region);
  if (!region || (record?.inDoubtUntil !== undefined && region.readAt < record.inDoubtUntil)) return false;
  if (uncertainUntil === undefined || region.readAt >= uncertainUntil) return true;
  return desired.root.createdAt >= firstSeenAt + CLOCK_SKEW;
}

/** What is copied must be NORMAL: the parent, if the copy has one, and else the source. */
function awaitSource(copyCase: ToRequest, ctx: PlanContext): Step | "done" {
  const { wait: busy, parent } = copyCase.desired;
  const source = parentOf(copyCase.desired, ctx);
  const why = parent ? ("code" in source ? source : undefined) : busy;
  if (!why) return "done";
  const stuck = parent ? undefined : whySourceStuck(copyCase, ctx);
  if (stuck) return recordReason(copyCase.record, blocked(unmadeBase(copyCase, ctx), stuck));
  return withPending(waitFor(copyCase, { reason: why }, ctx), copyCase, ctx);
}

/** Why a person must look at a source that has been busy for `stuckAfter`. It is copied once it is NORMAL. */
function whySourceStuck({ record, desired }: ToRequest, { now }: PlanContext): Reason | undefined {
  if (record?.phase !== "waiting" && record?.phase !== "blocked") return undefined;
  const { code } = record.reason;
  if (code === SOURCE_STUCK) return record.reason;
  const { root, policy } = desired;
  if (code !== desired.wait?.code || now - record.updatedAt <= policy.stuckAfter) return undefined;
  const { imageId, region, state } = root;
  return reason(SOURCE_STUCK, { imageId, region, state, since: iso(record.updatedAt) });
}

/** The step with the copy that it keeps waiting, for the guards. */
function withPending(step: Step, copyCase: ToRequest, ctx: PlanContext): Step {
  const { key, desired } = copyCase;
  // Room for an encrypted copy is reserved together with its intermediate copy.
  const isReserved = desired.parent?.region === key.region && "code" in parentOf(desired, ctx);
  return isReserved || !isCertain(copyCase, ctx) ? step : { ...step, pending: unrequested(copyCase, ctx) };
}

/**
 * The record of a copy before its request. A blocked copy stays blocked until it is claimed, so that
 * it is not reported as waiting between.
 */
export function unrequested(copyCase: ToRequest, ctx: PlanContext): CopyIn<"waiting" | "blocked"> {
  const { record } = copyCase;
  const base = unmadeBase(copyCase, ctx);
  if (record?.phase === "blocked") return blocked(base, record.reason);
  return waiting(base, record?.phase === "waiting" ? record.reason : NEW);
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
    recorded?.phase === "ready" || (recorded?.phase === "finishing" && recorded.publicationHold !== undefined);
  if (isFinished && recorded.missingSince === undefined) {
    const parent = { region, imageId: recorded.imageId };
    const image = seen(ctx.observation, parent);
    const isThere = typeof image === "string" ? image === "unread" : showsIdentity(image, recorded);
    return isThere ? parent : reason("parent-not-ready", { region, state: "missing" });
  }
  return reason("parent-not-ready", { region, state: recorded && stateOf(recorded), cause: causeOf(recorded) });
}

/** Why a copy needs manual action: the first cause is also the reason of the copies made from it. */
function causeOf(copy: Copy | undefined): string | undefined {
  return copy?.phase === "blocked" || copy?.phase === "stuck" || copy?.phase === "failed"
    ? copy.reason.text
    : undefined;
}

/** Records why the copy waits, unless the record already says the same. */
export function waitFor(
  copyCase: ToRequest,
  { reason: why, notBefore }: { readonly reason: Reason; readonly notBefore?: Millis },
  ctx: PlanContext,
): Step {
  return recordReason(copyCase.record, waiting(unmadeBase(copyCase, ctx), why, notBefore));
}
