// Claim, one SyncImages, record.
import { CloudError } from "../model/errors.ts";
import { journal } from "../model/messages/journal.ts";
import type { SyncRequest } from "../model/ports.ts";
import { SYNC_TIMEOUT } from "../model/time.ts";
import type { Millis } from "../model/types.ts";
import type { Send } from "../plan/types.ts";
import { type Claimed, claim, encryption, releaseClaim, stateLost } from "./claims.ts";
import type { ApplyContext } from "./context.ts";
import { findCulprits, mayBeOneOfThem } from "./isolate-refusal.ts";

/** Time that a send and its recording need; with less left, nothing is claimed. */
export const SEND_NEEDS: Millis = SYNC_TIMEOUT + 5_000;

/**
 * Claims each copy on its own, and asks for all that were won in one call. What was lost to somebody else is left to
 * them. Whatever happens, every claim ends: with an id, released, or known to be unknown.
 */
export async function send(action: Send, ctx: ApplyContext): Promise<void> {
  const claimed: Claimed[] = [];
  for (const claimRequest of action.claimRequests) {
    const copy = await claim(claimRequest, ctx);
    if (copy) claimed.push(copy);
  }
  if (claimed.length === 0) return;
  // A claim in a state that was lost since the plan was made says nothing: somebody may have sent before the loss.
  if (await ctx.sameState()) await ask(action, claimed, ctx);
  else for (const copy of claimed) await releaseClaim(copy, stateLost(action), ctx);
}

/** One SyncImages. Never repeated after an answer that leaves its effect open. */
async function ask(action: Send, claimed: readonly Claimed[], ctx: ApplyContext): Promise<void> {
  const request: SyncRequest = {
    source: action.source,
    destinations: claimed.map((copy) => copy.key.region),
    name: action.token,
    notAfter: Math.min(...claimed.map((copy) => copy.claim.sendBy)),
    ...encryption(claimed[0]),
  };
  try {
    const { imageIds, requestId } = await ctx.cloud.syncImage(request);
    for (const copy of claimed) {
      const imageId = imageIds.get(copy.key.region);
      const claim = { ...copy.claim, endedAt: ctx.now() };
      if (imageId === undefined) await ctx.save({ ...copy, claim }, journal("sent-no-id"), { requestId });
      else await ctx.save({ ...copy, claim, imageId }, journal("sent", { imageId }), { requestId });
    }
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    if (error.effect === "unknown") {
      for (const copy of claimed) {
        const sendFailure = error.outcome === "requeue" ? ("busy" as const) : ("failed" as const);
        const claim = { ...copy.claim, endedAt: ctx.now(), sendFailure };
        await ctx.save(
          { ...copy, claim, updatedAt: ctx.now() },
          journal("sent-unknown", { text: error.message }),
          error,
        );
      }
    } else if (claimed.length > 1 && mayBeOneOfThem(error)) {
      await findCulprits(action, claimed, error, ctx);
    } else {
      for (const copy of claimed) await releaseClaim(copy, error, ctx, claimed.length);
    }
  }
}
