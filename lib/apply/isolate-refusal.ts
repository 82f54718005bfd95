// A request was refused because of one of its destinations: find that destination by dry runs.
import { CloudError } from "../model/errors.ts";
import { journal } from "../model/messages/journal.ts";
import { REQUEST_ALONE, reason } from "../model/messages/reasons.ts";
import { CLOCK_SKEW, iso } from "../model/time.ts";
import type { Copy } from "../model/types.ts";
import type { Send } from "../plan/types.ts";
import { type Claimed, encryption, releaseClaim, withoutClaim } from "./claims.ts";
import type { ApplyContext } from "./context.ts";

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
    const destinations = [copy.key.region];
    const { sendBy: notAfter } = copy.claim;
    try {
      await ctx.cloud.trySyncImage({
        source: action.source,
        destinations,
        name: action.token,
        notAfter,
        ...encryption(copy),
      });
      accepted.push(copy);
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      if (error.outcome === "terminal") await releaseClaim(copy, error, ctx);
      else accepted.push(copy);
    }
  }
  const code = accepted.length < claimed.length ? "requested-with-others" : REQUEST_ALONE;
  const notBefore = ctx.now() + ctx.settle + CLOCK_SKEW;
  for (const copy of accepted) {
    const why = reason(code, { at: iso(notBefore), refusal: refusal.message });
    const next: Copy = { ...withoutClaim(copy, ctx.now()), state: "waiting", reason: why, notBefore };
    await ctx.save(next, journal("released", { text: why.text }), refusal);
  }
}
