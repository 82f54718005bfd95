// Requests copies: claim each copy, send one SyncImages for all of a source, record the outcome.

import { CloudError } from "../../model/errors.ts";
import { copyId } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import type { SyncRequest } from "../../model/ports.ts";
import { SYNC_TIMEOUT } from "../../model/time.ts";
import type { Millis } from "../../model/types.ts";
import { answered, unanswered } from "../../plan/transitions.ts";
import type { Send } from "../../plan/types.ts";
import { CALL_NEEDS } from "../context.ts";
import { partsOf, settled } from "../in-turn.ts";
import type { ApplyContext } from "../types.ts";
import { type Claimed, claimAll, encryption, releaseClaim, runEnded, stateLost } from "./claims.ts";
import { isolateRefusal, mayConcernOneDestination, withoutRefused } from "./isolate-refusal.ts";

/** Time that a request and its recording need; with less time left, nothing is claimed. */
export const SEND_NEEDS: Millis = SYNC_TIMEOUT + 5_000;

/**
 * Claims the copies of some requests with one save, each copy separately, and requests all claimed
 * copies of a source in one call. Copies that another process claimed are left to that process.
 * Every claim ends with an image id, is released, or is recorded as in doubt.
 */
export async function sendCopies(sends: readonly Send[], ctx: ApplyContext): Promise<void> {
  for (const part of partsOf(sends, ctx)) {
    const begun = part.filter((send) => ctx.mayBegin(send, SEND_NEEDS));
    const accepted = new Map<Send, Send>();
    const hasTimeToTry = () => ctx.now() + SEND_NEEDS + CALL_NEEDS <= ctx.stopAt();
    const tryOut = async (send: Send) => {
      const claimRequests = hasTimeToTry() ? await withoutRefused(send, ctx) : send.claimRequests;
      accepted.set(send, { ...send, claimRequests });
    };
    await settled(begun, tryOut, ctx);
    // The dry runs took time, or the process was frozen: as above.
    const due = begun.flatMap((send) => accepted.get(send) ?? []).filter((send) => ctx.mayBegin(send, SEND_NEEDS));
    const claimed = await claimAll(
      due.flatMap(({ claimRequests }) => claimRequests),
      ctx,
    );
    for (const _ of due) ctx.count("send");
    if (claimed.size === 0) continue;
    // If the state was lost since the plan was made, a claim proves nothing: a request may have been
    // sent before that.
    const isSame = await ctx.sameState();
    const send = async (one: Send) => {
      const copies = one.claimRequests.flatMap(({ copy }) => claimed.get(copyId(copy.key)) ?? []);
      if (copies.length === 0) return;
      // Others of this part came first, and took their time.
      const error = isSame ? (ctx.isTooLate(SEND_NEEDS) ? runEnded(one) : undefined) : stateLost(one);
      if (error) for (const copy of copies) await releaseClaim(copy, error, ctx);
      else await sendRequest(one, copies, ctx);
    };
    await settled(due, send, ctx);
  }
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
      const message = imageId === undefined ? journal("sent-no-id") : journal("sent", { imageId });
      await ctx.note(answered(copy, imageId, ctx.now()), message, { requestId });
    }
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    if (error.effect === "unknown") {
      for (const copy of claimed) {
        const sendFailure = error.outcome === "requeue" ? ("busy" as const) : ("failed" as const);
        const next = unanswered(copy, sendFailure, ctx.now());
        await ctx.note(next, journal("sent-unknown", { text: error.message }), error);
      }
    } else if (claimed.length > 1 && mayConcernOneDestination(error)) {
      await isolateRefusal(action, claimed, error, ctx);
    } else {
      for (const copy of claimed) await releaseClaim(copy, error, ctx, claimed.length);
    }
  }
}
