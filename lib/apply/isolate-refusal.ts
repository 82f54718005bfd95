// One destination made the call fail: find it by dry runs.
import { CloudError } from "../model/errors.ts";
import { journal } from "../model/messages/journal.ts";
import { REQUEST_ALONE } from "../model/reasons.ts";
import { CLOCK_SKEW, iso } from "../model/time.ts";
import type { Copy } from "../model/types.ts";
import type { Send } from "../plan/types.ts";
import { type Claimed, encryption, releaseClaim, withoutClaim } from "./claims.ts";
import type { ApplyContext } from "./context.ts";

/** Whether a refusal may be about one of the destinations only. */
export function mayBeOneOfThem(error: CloudError): boolean {
  return error.outcome === "terminal" && (error.about === "destination" || error.about === "call");
}

/**
 * One destination made the call fail, and the others shall not wait for it for long: dry runs tell which; it is
 * blocked, and the rest is asked for again, in one call, or each alone where the dry runs find nothing. That a refused
 * call has had no effect in *any* of its destinations is documented nowhere: so not before a copy would be visible.
 */
export async function findCulprits(
  action: Send,
  claimed: readonly Claimed[],
  refusal: CloudError,
  ctx: ApplyContext,
): Promise<void> {
  const good: Claimed[] = [];
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
      good.push(copy);
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      if (error.outcome === "terminal") await releaseClaim(copy, error, ctx);
      else good.push(copy);
    }
  }
  const code = good.length < claimed.length ? "asked-with-others" : REQUEST_ALONE;
  const notBefore = ctx.now() + ctx.settle + CLOCK_SKEW;
  for (const copy of good) {
    const reason = {
      code,
      text: `asked for again at ${iso(notBefore)}: the call was refused for another destination: ${refusal.message}`,
    };
    const next: Copy = { ...withoutClaim(copy, ctx.now()), state: "waiting", reason, notBefore };
    await ctx.save(next, journal("released", { text: reason.text }), refusal);
  }
}
