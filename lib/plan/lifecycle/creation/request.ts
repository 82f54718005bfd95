// Requests the copy under the next number, after it has deleted what a failed attempt left.
import { isProven, tokenIn, tokenName } from "../../../model/identity.ts";
import { reason } from "../../../model/messages/reasons.ts";
import { hasFailed } from "../../../model/observation.ts";
import type { Copy, Image } from "../../../model/types.ts";
import type { ClaimRequest, CloudCall, PlanContext, Step } from "../../types.ts";
import type { ToRequest } from "../stages.ts";
import { NOTHING } from "../steps.ts";
import { parentOf, unrequested, waitFor } from "./check-blockers.ts";

/** Nothing keeps the copy from being requested: deletes what is left over, then proposes a claim. */
export function request(copyCase: ToRequest, ctx: PlanContext): Step {
  const { key, record, desired, candidates } = copyCase;
  const parent = parentOf(desired, ctx);
  // `checkBlockers` has made the copy wait for both.
  if (!candidates || "code" in parent) return NOTHING;
  const leftover = removeFailed(record, candidates.failed, ctx);
  if (leftover) {
    const why = reason("leftover", { imageId: leftover.image.imageId, why: leftover.why });
    return { ...waitFor(copyCase, { reason: why }, ctx), call: leftover };
  }
  const copy = unrequested(copyCase, ctx);
  const number = Math.max(copy.claimCount, candidates.lastClaim) + 1;
  const token = tokenName(key, desired.root.name, number, ctx.installations[0]);
  const claim = { number, token, parent, settings: desired.settings };
  const claimRequest: ClaimRequest = { copy, claim, ...(!ctx.hasCopyIn(key.region) && { isFirstThere: true }) };
  return { call: { do: "send", claimRequest } };
}

/** Deletes one image of ours that a failed attempt left, before the next attempt. */
function removeFailed(
  copy: Copy | undefined,
  failed: readonly Image[],
  ctx: PlanContext,
): Extract<CloudCall, { do: "delete" }> | undefined {
  if (!copy) return undefined;
  const isOurs = (image: Image) =>
    isProven(image, copy.key) || (tokenIn(image.name)?.claimNumber ?? Infinity) <= copy.claimCount;
  const [image] = failed.filter(
    (one) => hasFailed(one) && isOurs(one) && !copy.undeletableImageIds?.includes(one.imageId),
  );
  if (!image) return undefined;
  const undeletableImageIds = [...(copy.undeletableImageIds ?? []), image.imageId];
  const refused = { ...copy, undeletableImageIds, updatedAt: ctx.now };
  const why = reason("failed-image", { state: image.state }).text;
  return { do: "delete", copy, image, sizeGiB: image.sizeGiB, why, done: copy, refused };
}
