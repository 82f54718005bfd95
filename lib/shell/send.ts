import { copyBase } from "../core/found.ts";
import type { Send } from "../core/plan.ts";
import { ASK_ALONE, afterFailure, type Draft, iso } from "../core/step.ts";
import { BUSY_AGAIN, backoff, CLAIM_LIFE, CLOCK_SKEW, LOOK_AGAIN, SYNC_TIMEOUT } from "../core/timing.ts";
import { CloudError } from "../errors.ts";
import type { SyncRequest } from "../ports/cloud.ts";
import type { Copy, Millis, Reason } from "../types.ts";
import type { Applying } from "./tools.ts";

/** Time that a send and its recording need; with less left, nothing is claimed. */
export const SEND_NEEDS: Millis = SYNC_TIMEOUT + 5_000;

/** A copy that this run has claimed. */
type Claimed = Extract<Copy, { state: "copying" }>;

/**
 * Claims each copy on its own, and asks for all that were won in one call. What was lost to somebody else is left to
 * them. Whatever happens, every claim ends: with an id, released, or known to be unknown.
 */
export async function send(action: Send, run: Applying): Promise<void> {
  const claimed: Claimed[] = [];
  for (const draft of action.drafts) {
    const copy = await claim(draft, run);
    if (copy) claimed.push(copy);
  }
  if (claimed.length === 0) return;
  // A claim in a state that was lost since the plan was made says nothing: somebody may have sent before the loss.
  if (await run.sameState()) await ask(action, claimed, run);
  else for (const copy of claimed) await release(copy, stateLost(action), run);
}

function stateLost({ source }: Send): CloudError {
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

async function claim(draft: Draft, run: Applying): Promise<Claimed | undefined> {
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

/** One SyncImages. Never repeated after an answer that leaves its effect open. */
async function ask(action: Send, claimed: readonly Claimed[], run: Applying): Promise<void> {
  const request: SyncRequest = {
    source: action.source,
    destinations: claimed.map((copy) => copy.key.region),
    name: action.token,
    notAfter: Math.min(...claimed.map((copy) => copy.claim.sendBy)),
    ...encryption(claimed[0]),
  };
  try {
    const { imageIds, requestId } = await run.cloud.syncImage(request);
    for (const copy of claimed) {
      const imageId = imageIds.get(copy.key.region);
      const claim = { ...copy.claim, endedAt: run.now() };
      if (imageId === undefined)
        await run.save({ ...copy, claim }, "sent-no-id", "the answer names no image", { requestId });
      else await run.save({ ...copy, claim, imageId }, "sent", `${imageId} is being made`, { requestId });
    }
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    if (error.effect === "unknown") {
      for (const copy of claimed) {
        const trouble = error.outcome === "again" ? ("busy" as const) : ("failed" as const);
        const claim = { ...copy.claim, endedAt: run.now(), trouble };
        await run.save({ ...copy, claim, updatedAt: run.now() }, "sent-unknown", error.message, error);
      }
    } else if (claimed.length > 1 && mayBeOneOfThem(error)) {
      await findCulprits(action, claimed, error, run);
    } else {
      for (const copy of claimed) await release(copy, error, run, claimed.length);
    }
  }
}

/** One call has copies of one variant only: the token in its name says so. */
export function encryption(copy: Copy | undefined): Pick<SyncRequest, "encrypt"> {
  const [, kmsKeyId] = /^encrypted:(.+)$/.exec(copy?.key.variant ?? "") ?? [];
  if (kmsKeyId === undefined) return {};
  return { encrypt: kmsKeyId === "default" ? {} : { kmsKeyId } };
}

/** Whether a refusal may be about one of the destinations only. */
function mayBeOneOfThem(error: CloudError): boolean {
  return error.outcome === "person" && (error.about === "destination" || error.about === "call");
}

/**
 * One destination made the call fail, and the others shall not wait for it for long: dry runs tell which; it is
 * blocked, and the rest is asked for again, in one call, or each alone where the dry runs find nothing. That a refused
 * call has had no effect in *any* of its destinations is documented nowhere: so not before a copy would be visible.
 */
async function findCulprits(
  action: Send,
  claimed: readonly Claimed[],
  refusal: CloudError,
  run: Applying,
): Promise<void> {
  const good: Claimed[] = [];
  for (const copy of claimed) {
    const destinations = [copy.key.region];
    const { sendBy: notAfter } = copy.claim;
    try {
      await run.cloud.trySyncImage({
        source: action.source,
        destinations,
        name: action.token,
        notAfter,
        ...encryption(copy),
      });
      good.push(copy);
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      if (error.outcome === "person") await release(copy, error, run);
      else good.push(copy);
    }
  }
  const code = good.length < claimed.length ? "asked-with-others" : ASK_ALONE;
  const notBefore = run.now() + run.settle + CLOCK_SKEW;
  for (const copy of good) {
    const reason = {
      code,
      text: `asked for again at ${iso(notBefore)}: the call was refused for another destination: ${refusal.message}`,
    };
    const next: Copy = { ...released(copy, run.now()), state: "waiting", reason, notBefore };
    await run.save(next, "released", reason.text, refusal);
  }
}

/** The call had no effect: the claim is given back, and its number with it. */
async function release(copy: Claimed, error: CloudError, run: Applying, destinations = 1): Promise<void> {
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
function released(copy: Claimed, at: Millis) {
  return { ...copyBase(copy.key, copy, undefined, at), claims: copy.claims - 1 };
}
