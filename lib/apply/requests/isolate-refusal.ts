// Dry runs that keep one bad destination of a request from delaying the others.
import { settleAll } from "../../model/collections.ts";
import { CloudError } from "../../model/errors.ts";
import { withRequestId } from "../../model/messages/define.ts";
import { journal } from "../../model/messages/journal.ts";
import { REQUEST_ALONE, reason } from "../../model/messages/reasons.ts";
import { CLOCK_SKEW, iso, RECHECK_AFTER } from "../../model/time.ts";
import type { Copy } from "../../model/types.ts";
import { baseFields, blocked, released, waiting } from "../../plan/transitions.ts";
import type { ClaimRequest, Send } from "../../plan/types.ts";
import { refusalReason } from "../context.ts";
import type { ApplyContext } from "../types.ts";
import { type Claimed, encryption, releaseClaim } from "./claims.ts";

/** Whether a refusal may concern only one of the destinations. */
export function mayConcernOneDestination(error: CloudError): boolean {
  return error.outcome === "terminal" && (error.about === "destination" || error.about === "call");
}

/**
 * Keeps one bad destination from delaying the others. A dry run for each destination shows which
 * one is refused; that one is blocked. The others are requested again in one call, or each alone if
 * no dry run is refused. No document says that a refused call has no effect in *any* destination,
 * so they wait until a copy would be visible.
 */
export async function isolateRefusal(
  action: Send,
  claimed: readonly Claimed[],
  refusal: CloudError,
  ctx: ApplyContext,
): Promise<void> {
  const accepted: Claimed[] = [];
  for (const copy of claimed) {
    const refused = await refusedInDryRun(action, copy, ctx);
    if (refused) await releaseClaim(copy, refused, ctx);
    else accepted.push(copy);
  }
  const code = accepted.length < claimed.length ? "requested-with-others" : REQUEST_ALONE;
  const visibleAt = ctx.now() + ctx.settle + CLOCK_SKEW;
  for (const copy of accepted) {
    const refused = withRequestId(refusal.message, refusal.requestId);
    const why = reason(code, { at: iso(visibleAt), refusal: refused });
    const next = waiting(released(copy, ctx.now(), visibleAt), why, visibleAt);
    await ctx.note(next, journal("released", { text: why.text }), refusal);
  }
}

/**
 * The claim requests without those whose destination a dry run refuses; these are blocked. Only
 * destinations where no copy has arrived yet are tried, and only where a refusal would delay others.
 */
export async function withoutRefused(action: Send, ctx: ApplyContext): Promise<readonly ClaimRequest[]> {
  const { claimRequests } = action;
  if (claimRequests.length < 2) return claimRequests;
  const accepted = await settleAll(
    claimRequests.map(async (claimRequest) => {
      const { copy, isFirstThere } = claimRequest;
      const refused = isFirstThere && (await refusedInDryRun(action, copy, ctx));
      if (!refused) return [claimRequest];
      const base = baseFields(copy.key, copy, undefined, ctx.now());
      const next = blocked(base, refusalReason(refused), ctx.now() + RECHECK_AFTER);
      await ctx.note(next, journal("blocked", { text: refused.message }), refused);
      return [];
    }),
  );
  return accepted.flat();
}

/** The terminal refusal of one destination by a dry run; undefined if there is none. */
async function refusedInDryRun(action: Send, copy: Copy, ctx: ApplyContext): Promise<CloudError | undefined> {
  const { source, token: name } = action;
  const request = { source, name, destinations: [copy.key.region], notAfter: Number.POSITIVE_INFINITY };
  try {
    await ctx.cloud.trySyncImage({ ...request, ...encryption(copy) });
    return undefined;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return error.outcome === "terminal" ? error : undefined;
  }
}
