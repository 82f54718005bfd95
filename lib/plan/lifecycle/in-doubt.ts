// Asked for, answer lost: wait until nobody can still send, then count it as no effect.
import { tokenIn } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { BUSY_BACKOFF, backoff, CLOCK_SKEW, SIGNATURE_LIFE, SYNC_TIMEOUT } from "../../model/time.ts";
import type { Copy, Image, Millis } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { attemptFailed, copyBase, NOTHING, recordChange } from "../transitions.ts";
import type { PlanContext, Step } from "../types.ts";

/** The request may or may not have had an effect: send again only when nobody can still be sending and nothing be invisible. */
export function resolveInDoubt(
  copy: Extract<Copy, { state: "copying" }>,
  failed: readonly Image[],
  desired: DesiredCopy | undefined,
  readAt: Millis,
  ctx: PlanContext,
): Step {
  const { claim } = copy;
  const failure = failed.find((image) => tokenIn(image.name)?.claimNumber === claim.number);
  if (failure) {
    const reason = { code: "copy-failed", text: `the cloud gave up: ${failure.imageId} is ${failure.state}` };
    return attemptFailed(copy, reason, desired, backoff(copy.attempts), ctx, "copy-failed");
  }
  const proven = ctx.ended.has(claim.claimant.id);
  // A request may leave until `sendBy` and then take its time. The clock of another instance may be ahead or behind.
  const endedAt = claim.endedAt ?? (proven ? Math.min(claim.sendBy + SYNC_TIMEOUT, ctx.now) : undefined);
  const safeAt =
    endedAt === undefined
      ? claim.sendBy + SIGNATURE_LIFE + CLOCK_SKEW + ctx.settle
      : endedAt + (proven ? 0 : CLOCK_SKEW) + ctx.settle;
  if (readAt >= safeAt) return noEffect(copy, desired, ctx);
  if (claim.endedAt !== undefined || endedAt === undefined) return NOTHING;
  const ended = { ...copy, claim: { ...claim, endedAt }, updatedAt: ctx.now };
  return recordChange(ended, journal("claimant-ended", { token: claim.token }));
}

/** Nothing came of a claim. Only what the cloud itself made fail is counted as an attempt: not a process that died. */
function noEffect(copy: Extract<Copy, { state: "copying" }>, desired: DesiredCopy | undefined, ctx: PlanContext): Step {
  const { claim } = copy;
  const reason = { code: "no-effect", text: `it was asked for as "${claim.token}" and nothing came of it` };
  if (claim.sendFailure === "failed")
    return attemptFailed(copy, reason, desired, backoff(copy.attempts), ctx, "no-effect");
  const base = copyBase(copy.key, copy, desired, ctx.now);
  const notBefore = claim.sendFailure === "busy" ? { notBefore: ctx.now + BUSY_BACKOFF } : {};
  return recordChange({ ...base, state: "waiting", reason, ...notBefore }, journal("no-effect", { text: reason.text }));
}
