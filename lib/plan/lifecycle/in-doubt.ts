// A request whose outcome is unknown: how long the copy stays in doubt, and what follows then.
//
// SyncImages has no idempotency token, so a second request makes a second copy. A copy in doubt is
// therefore not requested again; each run searches its region for the token in the image names.
//
// | Known about the request          | In doubt until                                  | Why         |
// | -------------------------------- | ----------------------------------------------- | ----------- |
// | an image has its token           | not in doubt: recovered, or a failed attempt    | (1)         |
// | it ended without an image id     | `endedAt` + `CLOCK_SKEW` + `settle`             | (2) (3)     |
// | the same, and the claimant ended | `endedAt` + `settle`                            | (2)         |
// | only that the claimant ended     | the same; first, `endedAt` is recorded as       | (2) (4)     |
// |                                  | `sendBy` + `SYNC_TIMEOUT`, or as now if earlier |             |
// | nothing                          | `sendBy` + `SIGNATURE_LIFE` + `CLOCK_SKEW`      | (2) (3) (5) |
// |                                  | + `settle`                                      |             |
//
// (1) The cloud itself shows the outcome.
// (2) A requested copy may stay invisible for up to `settle` (the setting `SETTLE`). A request ends
//     without an id after a timeout, a reset, an HTTP status other than 200, InternalError, or a
//     response that has no entry for the region.
// (3) The clock of the claimant may differ from ours, unless the claimant is an earlier round of
//     this replicator or a dead process of this host (`PlanContext.ended`).
// (4) A claimant that ended sends nothing any more, but its last request may still be under way.
// (5) A frozen process may continue at any time. The adapter destroys a request that is signed
//     after `sendBy`; the cloud accepts a signature for 300 s.
//
// The region must have been read after that time. If the state was lost, there is no claim: then
// every copy that is not visible stays in doubt until `uncertainUntil` (see `creation/check-blockers.ts`).
import { journal } from "../../model/messages/journal.ts";
import { reason } from "../../model/messages/reasons.ts";
import { BUSY_BACKOFF, backoff, CLOCK_SKEW, SIGNATURE_LIFE, SYNC_TIMEOUT } from "../../model/time.ts";
import type { CopyIn } from "../../model/types.ts";
import { failedImage } from "../image-index.ts";
import { orphanedClaim, waiting } from "../transitions.ts";
import type { CopyCase, PlanContext, Step } from "../types.ts";
import { attemptFailed, baseOf, copyFailed, recordChange, wait, waitForRegion } from "./steps.ts";

/** A case in doubt. */
type Requested = CopyCase & { readonly record: CopyIn<"requested"> };

/**
 * The step of a requested copy without an image: wait while it is in doubt, then count the request
 * as without effect.
 */
export function resolveInDoubt(copyCase: CopyCase, ctx: PlanContext): Step | "done" {
  const { key, record: copy, candidates } = copyCase;
  if (copy?.phase !== "requested") return "done";
  const readAt = ctx.customImages(key.region)?.readAt;
  if (!candidates || readAt === undefined) return waitForRegion(copyCase, ctx);
  const { claim } = copy;
  const failed = failedImage(candidates, claim);
  if (failed) return copyFailed({ ...copyCase, record: copy }, failed, ctx);
  const hasClaimantEnded = ctx.ended.has(claim.claimant.id);
  const endedAt = claim.endedAt ?? (hasClaimantEnded ? Math.min(claim.sendBy + SYNC_TIMEOUT, ctx.now) : undefined);
  const inDoubtUntil =
    endedAt === undefined
      ? claim.sendBy + SIGNATURE_LIFE + CLOCK_SKEW + ctx.settle
      : endedAt + (hasClaimantEnded ? 0 : CLOCK_SKEW) + ctx.settle;
  if (readAt >= inDoubtUntil) return noEffect({ ...copyCase, record: copy }, ctx);
  const { token } = claim;
  if (claim.endedAt !== undefined || endedAt === undefined)
    return wait(copyCase, reason("in-doubt", { token }), inDoubtUntil);
  return recordChange(orphanedClaim(copy, endedAt, ctx.now), journal("claimant-ended", { token }));
}

/**
 * The request created no copy. It counts as an attempt only if the cloud made it fail, not if a
 * process died.
 */
function noEffect(copyCase: Requested, ctx: PlanContext): Step {
  const { claim, attempts } = copyCase.record;
  const why = reason("no-effect", { token: claim.token });
  if (claim.sendFailure === "failed")
    return attemptFailed(copyCase, { reason: why, event: "no-effect", delay: backoff(attempts) }, ctx);
  const notBefore = claim.sendFailure === "busy" ? ctx.now + BUSY_BACKOFF : undefined;
  return recordChange(waiting(baseOf(copyCase, ctx), why, notBefore), journal("no-effect", { text: why.text }));
}
