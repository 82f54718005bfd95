import { CloudError } from "../model/errors.ts";
import type { SyncRequest } from "../model/ports.ts";
import { BUSY_AGAIN, backoff, CLAIM_LIFE, CLOCK_SKEW, LOOK_AGAIN } from "../model/time.ts";
import type { Copy, Millis, Reason } from "../model/types.ts";
import { afterFailure, copyBase } from "../plan/transitions.ts";
import type { Draft, Send } from "../plan/types.ts";
import type { Applying } from "./context.ts";

/** A copy that this run has claimed. */
export type Claimed = Extract<Copy, { state: "copying" }>;

export function stateLost({ source }: Send): CloudError {
  const text = "not sent: the state was lost or exchanged while the call was prepared";
  return new CloudError({
    action: "SyncImages",
    region: source.region,
    code: "StateLost",
    text,
    outcome: "again",
    effect: "none",
  });
}

export async function claim(draft: Draft, run: Applying): Promise<Claimed | undefined> {
  const { copy } = draft;
  const at = run.now();
  const claimed: Claimed = {
    ...copyBase(copy.key, copy, undefined, at),
    claims: draft.claim.number,
    state: "copying",
    claim: { ...draft.claim, claimant: run.me, claimedAt: at, sendBy: at + CLAIM_LIFE },
    progressedAt: at,
  };
  const saved = await run.save(claimed, "claimed", `asks for "${claimed.claim.token}"`);
  return saved && { ...claimed, version: saved.version };
}

/** One call has copies of one variant only: the token in its name says so. */
export function encryption(copy: Copy | undefined): Pick<SyncRequest, "encrypt"> {
  const [, kmsKeyId] = /^encrypted:(.+)$/.exec(copy?.key.variant ?? "") ?? [];
  if (kmsKeyId === undefined) return {};
  return { encrypt: kmsKeyId === "default" ? {} : { kmsKeyId } };
}

/** The call had no effect: the claim is given back, and its number with it. */
export async function release(copy: Claimed, error: CloudError, run: Applying, destinations = 1): Promise<void> {
  const at = run.now();
  // It may be busy because the refused call has begun with another destination: see `findCulprits`.
  const patience = error.about === "source" && destinations > 1 ? run.settle + CLOCK_SKEW : BUSY_AGAIN;
  const base = released(copy, at);
  const reason: Reason = {
    code: error.code,
    text: error.message,
    ...(error.remedy !== undefined && { remedy: error.remedy }),
  };
  if (error.outcome === "again") {
    await run.save({ ...base, state: "waiting", reason, notBefore: at + patience }, "released", error.message, error);
  } else if (error.outcome === "person") {
    await run.save({ ...base, state: "blocked", reason, notBefore: at + LOOK_AGAIN }, "blocked", error.message, error);
  } else {
    const next = afterFailure(base, reason, run.attemptsOf(copy), at + backoff(copy.attempts));
    await run.save(next, next.state, error.message, error);
  }
}

/** The record of a copy whose claim is given back. */
export function released(copy: Claimed, at: Millis) {
  return { ...copyBase(copy.key, copy, undefined, at), claims: copy.claims - 1 };
}
