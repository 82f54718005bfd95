// Deletes an orphaned copy once every check permits it, and images left over from failed attempts.
import { isIntermediate, isProven, tokenIn } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import { hasFailed } from "../../model/observation.ts";
import { RECHECK_AFTER } from "../../model/time.ts";
import type { Copy, Image, Reason, Retired } from "../../model/types.ts";
import { copyBase, NOTHING } from "../transitions.ts";
import type { CloudCall, PlanContext, Step } from "../types.ts";
import { whyNotPermitted, whyNotSuperseded, whyPointedTo, whyShared, whyUsed } from "./prune-blockers.ts";

type Deletion = Extract<CloudCall, { do: "delete" }>;

/**
 * Deletes an orphaned copy, or keeps it with the reason. Every check must permit the deletion; if
 * the cloud does not answer one of the questions, the copy is kept.
 */
export function pruneCopy(copy: Retired, image: Image, ctx: PlanContext): Step {
  const retained = (why: Reason): Step => ({ retained: { copy, image, reason: why } });
  const isIntermediateOnly = isIntermediate(image, copy.key) && !copy.desiredDirectly && isProven(image, copy.key);
  // Finding users takes many calls, so a poll asks only for a just retired intermediate copy.
  if (!ctx.sweep && !(isIntermediateOnly && ctx.now - (copy.since ?? 0) < RECHECK_AFTER)) return NOTHING;
  if (copy.adopted) return retained(reason("adopted"));
  const forbidden = isIntermediateOnly ? whyNotSuperseded(copy, image, ctx) : whyNotPermitted(copy, ctx);
  if (forbidden) return retained(forbidden);
  if (image.state !== "NORMAL" || tokenIn(image.name)) return retained(reason("unfinished", { state: image.state }));
  if (!isProven(image, copy.key)) return retained(reason("no-lineage"));
  if (ctx.isParent(image)) return retained(reason("is-parent"));

  const shared = whyShared(copy, image, ctx);
  const used = whyUsed(image, ctx);
  const pointed = whyPointedTo(image, ctx);
  const questions = [shared, used, pointed].flatMap((found) => (found && "ask" in found ? [found] : []));
  if (questions.length > 0) return { questions };
  for (const found of [used, pointed, shared]) {
    if (found && "code" in found) return retained(found);
  }
  const why = copy.reason.text;
  if (shared && "unshare" in shared) return { call: { do: "unshare", copy, image, accounts: shared.unshare, why } };
  const pruned = reason("pruned", { imageId: image.imageId, why });
  // What the record says of the image, such as `deprecatedByUs`, ends with the image.
  const base = copyBase(copy.key, copy, undefined, ctx.now);
  const since = copy.since === undefined ? {} : { since: copy.since };
  const done: Copy = { ...base, state: "retired", reason: pruned, ...since };
  return { call: { do: "delete", copy, image, sizeGiB: image.sizeGiB, why, done } };
}

/** Deletes one image of ours that a failed attempt left, before the next attempt. */
export function removeFailed(copy: Copy | undefined, failed: readonly Image[], ctx: PlanContext): Deletion | undefined {
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
