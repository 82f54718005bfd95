// Wins and releases claims.
import { CloudError } from "../model/errors.ts";
import { journal } from "../model/messages/journal.ts";
import type { SyncRequest } from "../model/ports.ts";
import { BUSY_BACKOFF, backoff, CLAIM_LIFE, CLOCK_SKEW, RECHECK_AFTER } from "../model/time.ts";
import type { Copy, Millis, Reason } from "../model/types.ts";
import { afterFailure, copyBase } from "../plan/transitions.ts";
import type { ClaimRequest, Send } from "../plan/types.ts";
import type { ApplyContext } from "./context.ts";

/** A copy that this run has claimed. */
export type Claimed = Extract<Copy, { state: "copying" }>;

export function stateLost({ source }: Send): CloudError {
  const text = "not sent: the state was lost or exchanged while the call was prepared";
  return new CloudError({
    action: "SyncImages",
    region: source.region,
    code: "StateLost",
    text,
    outcome: "requeue",
    effect: "none",
  });
}

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

/** One call has copies of one variant only: the token in its name says so. */
export function encryption(copy: Copy | undefined): Pick<SyncRequest, "encrypt"> {
  const [, kmsKeyId] = /^encrypted:(.+)$/.exec(copy?.key.variant ?? "") ?? [];
  if (kmsKeyId === undefined) return {};
  return { encrypt: kmsKeyId === "default" ? {} : { kmsKeyId } };
}

/** The call had no effect: the claim is given back, and its number with it. */
export async function releaseClaim(
  copy: Claimed,
  error: CloudError,
  ctx: ApplyContext,
  destinations = 1,
): Promise<void> {
  const at = ctx.now();
  // It may be busy because the refused call has begun with another destination: see `findCulprits`.
  const patience = error.about === "source" && destinations > 1 ? ctx.settle + CLOCK_SKEW : BUSY_BACKOFF;
  const base = withoutClaim(copy, at);
  const reason: Reason = {
    code: error.code,
    text: error.message,
    ...(error.remedy !== undefined && { remedy: error.remedy }),
  };
  if (error.outcome === "requeue") {
    await ctx.save(
      { ...base, state: "waiting", reason, notBefore: at + patience },
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

/** The record of a copy whose claim is given back. */
export function withoutClaim(copy: Claimed, at: Millis) {
  return { ...copyBase(copy.key, copy, undefined, at), claimCount: copy.claimCount - 1 };
}
