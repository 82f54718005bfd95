// Claims, the right to send one request for one copy: how they are won and released.
import { CloudError } from "../model/errors.ts";
import { journal } from "../model/messages/journal.ts";
import { lifecycleText } from "../model/messages/lifecycle.ts";
import type { SyncRequest } from "../model/ports.ts";
import { BUSY_BACKOFF, backoff, CLAIM_LIFE, CLOCK_SKEW, RECHECK_AFTER } from "../model/time.ts";
import type { Copy, Millis } from "../model/types.ts";
import { afterFailure, copyBase } from "../plan/transitions.ts";
import type { ClaimRequest, Send } from "../plan/types.ts";
import { type ApplyContext, refusalReason } from "./context.ts";

/** A copy that this run has claimed. */
export type Claimed = Extract<Copy, { state: "copying" }>;

/**
 * The error of a request that is not sent, because the claim was made in a state that is lost now.
 */
export function stateLost({ source }: Send): CloudError {
  return new CloudError({
    action: "SyncImages",
    region: source.region,
    code: "StateLost",
    text: lifecycleText("state-lost").text,
    outcome: "requeue",
    effect: "none",
  });
}

/** Claims a copy; undefined if another process claimed it or changed its record first. */
export async function claim(claimRequest: ClaimRequest, ctx: ApplyContext): Promise<Claimed | undefined> {
  const { copy } = claimRequest;
  const at = ctx.now();
  const claimed: Claimed = {
    ...copyBase(copy.key, copy, undefined, at),
    claimCount: claimRequest.claim.number,
    state: "copying",
    claim: { ...claimRequest.claim, claimant: ctx.me, claimedAt: at, sendBy: at + CLAIM_LIFE },
    progressedAt: at,
  };
  const saved = await ctx.save(claimed, journal("claimed", { token: claimed.claim.token }));
  return saved && { ...claimed, version: saved.version };
}

/**
 * The encryption of a request. The token differs by variant, so all copies of one request have the
 * same variant.
 */
export function encryption(copy: Copy | undefined): Pick<SyncRequest, "encrypt"> {
  const [, kmsKeyId] = /^encrypted:(.+)$/.exec(copy?.key.variant ?? "") ?? [];
  if (kmsKeyId === undefined) return {};
  return { encrypt: kmsKeyId === "default" ? {} : { kmsKeyId } };
}

/**
 * Releases a claim whose request had no effect; its number is free again. By the error's outcome
 * the copy waits, is blocked, or the failed attempt is counted. `destinations`: the number of
 * destinations of that request.
 */
export async function releaseClaim(
  copy: Claimed,
  error: CloudError,
  ctx: ApplyContext,
  destinations = 1,
): Promise<void> {
  const at = ctx.now();
  // The source may be busy because the refused call started with another destination: see
  // `isolateRefusal`.
  const wait = error.about === "source" && destinations > 1 ? ctx.settle + CLOCK_SKEW : BUSY_BACKOFF;
  const base = withoutClaim(copy, at);
  const reason = refusalReason(error);
  if (error.outcome === "requeue") {
    await ctx.save(
      { ...base, state: "waiting", reason, notBefore: at + wait },
      journal("released", { text: error.message }),
      error,
    );
  } else if (error.outcome === "terminal") {
    await ctx.save(
      { ...base, state: "blocked", reason, notBefore: at + RECHECK_AFTER },
      journal("blocked", { text: error.message }),
      error,
    );
  } else {
    const next = afterFailure(base, reason, ctx.attemptsOf(copy), at + backoff(copy.attempts));
    await ctx.save(next, journal(next.state, { text: error.message }), error);
  }
}

/** The fields of a record after its claim was released. */
export function withoutClaim(copy: Claimed, at: Millis) {
  return { ...copyBase(copy.key, copy, undefined, at), claimCount: copy.claimCount - 1 };
}
