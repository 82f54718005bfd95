import { tokenIn } from "../../model/identity.ts";
import { BUSY_AGAIN, backoff, CLOCK_SKEW, SIGNATURE_LIFE, SYNC_TIMEOUT } from "../../model/time.ts";
import type { Copy, Image, Millis } from "../../model/types.ts";
import type { Want } from "../desired/types.ts";
import { attemptFailed, copyBase, NOTHING, note } from "../transitions.ts";
import type { Circumstances, Step } from "../types.ts";

/** The request may or may not have had an effect: send again only when nobody can still be sending and nothing be invisible. */
export function outcomeUnknown(
  copy: Extract<Copy, { state: "copying" }>,
  failed: readonly Image[],
  want: Want | undefined,
  readAt: Millis,
  c: Circumstances,
): Step {
  const { claim } = copy;
  const failure = failed.find((image) => tokenIn(image.name)?.claimNumber === claim.number);
  if (failure) {
    const reason = { code: "copy-failed", text: `the cloud gave up: ${failure.imageId} is ${failure.state}` };
    return attemptFailed(copy, reason, want, backoff(copy.attempts), c, "copy-failed");
  }
  const proven = c.ended.has(claim.claimant.id);
  // A request may leave until `sendBy` and then take its time. The clock of another instance may be ahead or behind.
  const endedAt = claim.endedAt ?? (proven ? Math.min(claim.sendBy + SYNC_TIMEOUT, c.now) : undefined);
  const safeAt =
    endedAt === undefined
      ? claim.sendBy + SIGNATURE_LIFE + CLOCK_SKEW + c.settle
      : endedAt + (proven ? 0 : CLOCK_SKEW) + c.settle;
  if (readAt >= safeAt) return noEffect(copy, want, c);
  if (claim.endedAt !== undefined || endedAt === undefined) return NOTHING;
  return note(
    { ...copy, claim: { ...claim, endedAt }, updatedAt: c.now },
    "claimant-ended",
    `nobody can send for "${claim.token}" any more`,
  );
}

/** Nothing came of a claim. Only what the cloud itself made fail is counted as an attempt: not a process that died. */
function noEffect(copy: Extract<Copy, { state: "copying" }>, want: Want | undefined, c: Circumstances): Step {
  const { claim } = copy;
  const reason = { code: "no-effect", text: `it was asked for as "${claim.token}" and nothing came of it` };
  if (claim.trouble === "failed") return attemptFailed(copy, reason, want, backoff(copy.attempts), c, "no-effect");
  const base = copyBase(copy.key, copy, want, c.now);
  const notBefore = claim.trouble === "busy" ? { notBefore: c.now + BUSY_AGAIN } : {};
  return note({ ...base, state: "waiting", reason, ...notBefore }, "no-effect", reason.text);
}
