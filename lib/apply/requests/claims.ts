// Claims, the right to send one request for one copy: how they are won and released.
import { CloudError } from "../../model/errors.ts";
import { copyId } from "../../model/identity.ts";
import { cloudDetail } from "../../model/messages/cloud-details.ts";
import { journal } from "../../model/messages/journal.ts";
import { lifecycleText } from "../../model/messages/lifecycle.ts";
import type { SyncRequest } from "../../model/ports.ts";
import { BUSY_BACKOFF, backoff, CLOCK_SKEW, RECHECK_AFTER } from "../../model/time.ts";
import type { Copy, CopyIn } from "../../model/types.ts";
import { attempted, blocked, claimed, released, waiting } from "../../plan/transitions.ts";
import type { ClaimRequest, Send } from "../../plan/types.ts";
import { refusalReason } from "../context.ts";
import type { ApplyContext } from "../types.ts";

/** A copy that this run has claimed. */
export type Claimed = CopyIn<"requested">;

/**
 * The error of a request that is not sent, because the claim was made in a state that is lost now.
 */
export function stateLost({ source }: Send): CloudError {
  return new CloudError({
    ...UNSENT,
    region: source.region,
    code: "StateLost",
    text: lifecycleText("state-lost").text,
  });
}

/** The error of a request that is not sent, because the run ends before it could be answered. */
export function runEnded({ source }: Send): CloudError {
  return new CloudError({ ...UNSENT, region: source.region, code: "NotSent", text: cloudDetail("run-ended").text });
}

const UNSENT = { action: "SyncImages", outcome: "requeue", effect: "none" } as const;

/** Claims copies. Answers the claimed ones by `copyId`, without those that another process has changed. */
export async function claimAll(
  claimRequests: readonly ClaimRequest[],
  ctx: ApplyContext,
): Promise<ReadonlyMap<string, Claimed>> {
  const next = claimRequests.map(({ copy, claim }) => claimed(copy, claim, ctx.me, ctx.now()));
  const saved = await ctx.saveAll(
    next.map((copy) => ({ copy, message: journal("claimed", { token: copy.claim.token }) })),
  );
  return new Map(
    next.flatMap((copy, at) => {
      const stored = saved[at];
      return stored ? [[copyId(copy.key), { ...copy, version: stored.version }] as const] : [];
    }),
  );
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
  // The source may be busy because the refused call started with one of its destinations: see
  // `isolateRefusal`.
  const visibleAt = error.about === "source" && destinations > 1 ? at + ctx.settle + CLOCK_SKEW : undefined;
  const base = released(copy, at, visibleAt);
  const reason = refusalReason(error);
  const text = { text: error.message };
  switch (error.outcome) {
    case "requeue": {
      const notBefore = visibleAt ?? at + BUSY_BACKOFF;
      // It is tried again all the same, but a person has to know.
      const isOverdue = at - (copy.delayedSince ?? at) > ctx.stuckAfterOf(copy);
      const next = isOverdue ? blocked(base, reason, notBefore) : waiting(base, reason, notBefore);
      await ctx.note(next, journal(isOverdue ? "blocked" : "released", text), error);
      return;
    }
    case "terminal":
      await ctx.note(blocked(base, reason, at + RECHECK_AFTER), journal("blocked", text), error);
      return;
    case "retry": {
      const failure = { reason, limit: ctx.attemptsOf(copy), notBefore: at + backoff(copy.attempts) };
      const next = attempted(base, failure);
      await ctx.note(next, journal(next.phase, text), error);
    }
  }
}
