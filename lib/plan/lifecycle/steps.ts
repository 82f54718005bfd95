// The steps that phases give: a change of the record, a wait, a failed attempt, or nothing.
import { type JournalMessage, journal } from "../../model/messages/journal.ts";
import type { Unread } from "../../model/messages/lifecycle.ts";
import { reason } from "../../model/messages/reasons.ts";
import { backoff } from "../../model/time.ts";
import type { Copy, CopyIn, Image, Millis, Reason } from "../../model/types.ts";
import { attempted, baseFields, blocked } from "../transitions.ts";
import type { CopyCase, PlanContext, Step } from "../types.ts";

/** Nothing to do now, and the record says why. No later phase decides. */
export const NOTHING: Step = {};

/** The copy waits for something that its record does not say. No later phase decides. */
export function wait({ key }: CopyCase, why: Reason, until?: Millis): Step {
  return { wait: { key, reason: why, ...(until !== undefined && { until }) } };
}

/** Why the run did not read something in this region. */
export function whyUnread(region: string, { observation, sweep }: PlanContext): Unread {
  if (observation.unreadable.has(region)) return "unreadable";
  return sweep ? "late" : "poll";
}

/** The copy waits until its region was read whole. */
export function waitForRegion(copyCase: CopyCase, ctx: PlanContext): Step {
  const { region } = copyCase.key;
  return wait(copyCase, reason("region-unread", { region, because: whyUnread(region, ctx) }));
}

/** A change of the record, without a call. */
export function recordChange(copy: Copy, { code: event, text }: JournalMessage): Step {
  return { change: { copy, event, text } };
}

/** Records why a copy waits or is blocked, unless the record already says the same. */
export function recordReason(copy: Copy | undefined, next: CopyIn<"waiting" | "blocked">): Step {
  const isSameReason =
    copy?.phase === next.phase && copy.reason.code === next.reason.code && copy.reason.text === next.reason.text;
  if (isSameReason && copy.policy === next.policy) return NOTHING;
  return recordChange(next, journal(next.phase, { text: next.reason.text }));
}

/** What guards do with a copy that must not be requested now: it is blocked, and not called for. */
export function blockedInstead(copy: Copy, why: Reason, now: Millis): Step {
  return recordReason(copy, blocked(baseFields(copy.key, copy, undefined, now), why));
}

/** The fields of every phase, for the next record of a case. */
export function baseOf({ key, record, desired }: CopyCase, { now }: PlanContext) {
  return baseFields(key, record, desired, now);
}

/** The same for a copy without an image: a rollback of its version covers it, recorded or not. */
export function unmadeBase(copyCase: CopyCase, ctx: PlanContext) {
  const rolledBackFrom = ctx.rolledBackFrom(copyCase.key, copyCase.record);
  return { ...baseOf(copyCase, ctx), ...(rolledBackFrom !== undefined && { rolledBackFrom }) };
}

/** An attempt that failed, and how long to wait before the next one. */
interface FailedAttempt {
  readonly reason: Reason;
  readonly event: "copy-failed" | "gone" | "no-effect";
  readonly delay: Millis;
}

/** Counts a failed attempt: the copy is retried after the delay, or fails for good. */
export function attemptFailed(
  copyCase: CopyCase,
  { reason: why, event, delay }: FailedAttempt,
  ctx: PlanContext,
): Step {
  const limit = copyCase.desired?.policy.attempts ?? Number.POSITIVE_INFINITY;
  const next = attempted(baseOf(copyCase, ctx), { reason: why, limit, notBefore: ctx.now + delay });
  return recordChange(next, journal(event, { text: next.reason.text }));
}

/** The attempt failed because the cloud could not create this image. */
export function copyFailed(copyCase: CopyCase, { imageId, state }: Image, ctx: PlanContext): Step {
  const failed = { reason: reason("copy-failed", { imageId, state }), event: "copy-failed" } as const;
  return attemptFailed(copyCase, { ...failed, delay: backoff(copyCase.record?.attempts ?? 0) }, ctx);
}
