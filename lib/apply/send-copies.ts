// Requests copies: claim each copy, send one SyncImages for all, record the outcome.
import { CloudError } from "../model/errors.ts";
import { journal } from "../model/messages/journal.ts";
import type { SyncRequest } from "../model/ports.ts";
import { SYNC_TIMEOUT } from "../model/time.ts";
import type { Millis } from "../model/types.ts";
import type { Send } from "../plan/types.ts";
import { type Claimed, claim, encryption, releaseClaim, stateLost } from "./claims.ts";
import type { ApplyContext } from "./context.ts";
import { isolateRefusal, mayConcernOneDestination } from "./isolate-refusal.ts";

/** Time that a request and its recording need; with less time left, nothing is claimed. */
export const SEND_NEEDS: Millis = SYNC_TIMEOUT + 5_000;

/**
 * Claims each copy separately and requests all claimed copies in one call. Copies that another
 * process claimed are left to that process. Every claim ends with an image id, is released, or is
 * recorded as in doubt.
 */
export async function send(action: Send, ctx: ApplyContext): Promise<void> {
  const claimed: Claimed[] = [];
  for (const claimRequest of action.claimRequests) {
    const copy = await claim(claimRequest, ctx);
    if (copy) claimed.push(copy);
  }
  if (claimed.length === 0) return;
  // If the state was lost since the plan was made, a claim proves nothing: a request may have been
  // sent before that.
  if (await ctx.sameState()) await sendRequest(action, claimed, ctx);
  else for (const copy of claimed) await releaseClaim(copy, stateLost(action), ctx);
}

/** Sends one SyncImages. It is never repeated here if its outcome is unknown. */
async function sendRequest(action: Send, claimed: readonly Claimed[], ctx: ApplyContext): Promise<void> {
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
    } else if (claimed.length > 1 && mayConcernOneDestination(error)) {
      await isolateRefusal(action, claimed, error, ctx);
    } else {
      for (const copy of claimed) await releaseClaim(copy, error, ctx, claimed.length);
    }
  }
}
