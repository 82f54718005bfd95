// From one record of a copy to the next: record a change, block, count a failed attempt.

import { type JournalMessage, journal } from "../model/messages/journal.ts";
import { lifecycleText } from "../model/messages/lifecycle.ts";
import type { Copy, CopyKey, Millis, Reason } from "../model/types.ts";
import type { DesiredCopy } from "./desired/types.ts";
import type { CopyCase, PlanContext, Step } from "./types.ts";

/**
 * The fields that every state of a copy has: from the policy if the copy is desired, else from the
 * record.
 */
export function copyBase(key: CopyKey, copy: Copy | undefined, desired: DesiredCopy | undefined, now: Millis) {
  return {
    key,
    policy: desired?.policy.name ?? copy?.policy ?? "",
    rootName: desired?.root.name ?? copy?.rootName ?? "",
    attempts: copy?.attempts ?? 0,
    claimCount: copy?.claimCount ?? 0,
    createdAt: copy?.createdAt ?? now,
    updatedAt: now,
    version: copy?.version ?? 0,
    ...optional("rootCreatedAt", desired?.root.createdAt ?? copy?.rootCreatedAt),
    ...optional("rootFamily", desired ? (desired.root.family ?? "") : copy?.rootFamily),
    ...optional("family", desired ? desired.publication.family : copy?.family),
    ...optional("rolledBackFrom", copy?.rolledBackFrom),
    ...optional("pendingReshare", copy?.pendingReshare),
    ...optional("desiredDirectly", copy?.desiredDirectly),
    ...optional("undeletableImageIds", copy?.undeletableImageIds),
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [_ in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [_ in K]?: V });
}

/** The same for the next record of a case. */
export function baseOf({ key, record, desired }: CopyCase, { now }: PlanContext) {
  return copyBase(key, record, desired, now);
}

/** The same for a copy without an image: a rollback of its version covers it, recorded or not. */
export function unmadeBase(copyCase: CopyCase, ctx: PlanContext) {
  const rolledBackFrom = ctx.rolledBackFrom(copyCase.key, copyCase.record);
  return { ...baseOf(copyCase, ctx), ...optional("rolledBackFrom", rolledBackFrom) };
}

/** The copy waits: nothing to do for it now, and no later phase decides. */
export const NOTHING: Step = {};

/** A change of the record, without a call. */
export function recordChange(copy: Copy, { code: event, text }: JournalMessage): Step {
  return { change: { copy, event, text } };
}

/** Records why a copy waits or is blocked, unless the record already says the same. */
export function recordReason(copy: Copy | undefined, next: Extract<Copy, { state: "waiting" | "blocked" }>): Step {
  const isSameReason =
    copy?.state === next.state && copy.reason.code === next.reason.code && copy.reason.text === next.reason.text;
  if (isSameReason && copy.policy === next.policy) return NOTHING;
  return recordChange(next, journal(next.state, { text: next.reason.text }));
}

/**
 * Blocks a copy instead of requesting it; a copy that is blocked for the same reason gets no new
 * record.
 */
export function blockedInstead(copy: Copy, reason: Reason, now: Millis): Step {
  const next: Copy = { ...copyBase(copy.key, copy, undefined, now), state: "blocked", reason };
  return recordReason(copy, next);
}

/** An attempt that failed, and how long to wait before the next one. */
interface FailedAttempt {
  readonly reason: Reason;
  readonly event: "copy-failed" | "gone" | "no-effect";
  readonly delay: Millis;
}

/**
 * Counts a failed attempt: the copy is retried after the delay, or fails once the policy's attempts
 * are used up.
 */
export function attemptFailed(copyCase: CopyCase, { reason, event, delay }: FailedAttempt, ctx: PlanContext): Step {
  const limit = copyCase.desired?.policy.attempts ?? Number.POSITIVE_INFINITY;
  const next = afterFailure(baseOf(copyCase, ctx), reason, limit, ctx.now + delay);
  return recordChange(next, journal(event, { text: next.reason.text }));
}

/** The record after one more failed attempt. */
export function afterFailure(
  before: ReturnType<typeof copyBase>,
  reason: Reason,
  limit: number,
  notBefore: Millis,
): Extract<Copy, { state: "failed" | "retrying" }> {
  const base = { ...before, attempts: before.attempts + 1 };
  if (base.attempts < limit) return { ...base, state: "retrying", reason, notBefore };
  const { code: _, ...used } = lifecycleText("attempts-used", { text: reason.text, limit });
  return { ...base, state: "failed", reason: { ...used, ...reason, text: used.text } };
}
