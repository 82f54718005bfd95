// From one copy record to the next: note, block, count a failed attempt.
import { type JournalMessage, journal } from "../model/messages/journal.ts";
import type { Copy, CopyKey, Millis, Reason } from "../model/types.ts";
import type { DesiredCopy } from "./desired/types.ts";
import type { PlanContext, Step } from "./types.ts";

/** The fields that every state of a copy has. */
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

/** Nothing to do for this copy now. */
export const NOTHING: Step = {};

/** A change of the record, without a call. */
export function recordChange(copy: Copy, { code: event, text }: JournalMessage): Step {
  return { change: { copy, event, text } };
}

/** A note, unless the record already says the same. */
export function changed(copy: Copy | undefined, next: Extract<Copy, { state: "waiting" | "blocked" }>): Step {
  const same =
    copy?.state === next.state && copy.reason.code === next.reason.code && copy.reason.text === next.reason.text;
  if (same && copy.policy === next.policy) return NOTHING;
  return recordChange(next, journal(next.state, { text: next.reason.text }));
}

/** Instead of asking for a copy: it is blocked, which is not told twice. */
export function blockedInstead(copy: Copy, reason: Reason, now: Millis): Step {
  const next: Copy = { ...copyBase(copy.key, copy, undefined, now), state: "blocked", reason };
  return changed(copy, next);
}

/** An attempt came to nothing: try again after a while, or give up when the policy's attempts are used up. */
export function attemptFailed(
  copy: Copy,
  reason: Reason,
  desired: DesiredCopy | undefined,
  delay: Millis,
  ctx: PlanContext,
  event: "copy-failed" | "gone" | "no-effect",
): Step {
  const limit = desired?.policy.attempts ?? Number.POSITIVE_INFINITY;
  const next = afterFailure(copyBase(copy.key, copy, desired, ctx.now), reason, limit, ctx.now + delay);
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
  const text = `${reason.text}; all ${limit} attempts are used up`;
  return {
    ...base,
    state: "failed",
    reason: {
      remedy: "when the cause is gone: cvm-replicator retry",
      ...reason,
      text,
    },
  };
}
