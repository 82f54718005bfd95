// Deletes a copy that nobody wants, once every question is answered.
import { isIntermediate, isProven, tokenIn } from "../../model/identity.ts";
import { hasFailed, type Observation } from "../../model/observation.ts";
import { RECHECK_AFTER } from "../../model/time.ts";
import type { Copy, Image, Reason, Retired } from "../../model/types.ts";
import { copyBase, NOTHING } from "../transitions.ts";
import type { CloudCall, PlanContext, Step } from "../types.ts";
import { whyNotPermitted, whyNotSuperseded, whyPointedTo, whyShared, whyUsed } from "./prune-blockers.ts";

type Deletion = Extract<CloudCall, { do: "delete" }>;

/**
 * Whether a copy that nobody wants is deleted. Each of the questions has to be answered so that it may be; where one
 * cannot be answered, it stays.
 */
export function pruneCopy(copy: Retired, image: Image, observation: Observation, ctx: PlanContext): Step {
  const retained = (code: string, text: string, remedy?: string): Step => ({
    retained: { copy, image, reason: { code, text, ...(remedy !== undefined && { remedy }) } },
  });
  const step = isIntermediate(image, copy.key) && !copy.desiredDirectly && isProven(image, copy.key);
  // Asking who uses an image costs many calls: soon after it was retired, and then with each look at everything.
  if (!ctx.sweep && !(step && ctx.now - (copy.since ?? 0) < RECHECK_AFTER)) return NOTHING;
  if (copy.adopted) return retained("adopted", "it was made by other means");
  const forbidden = step ? whyNotSuperseded(copy, image, observation, ctx) : whyNotPermitted(copy, observation, ctx);
  if (forbidden) return { retained: { copy, image, reason: forbidden } };
  if (image.state !== "NORMAL" || tokenIn(image.name)) return retained("unfinished", `it is ${image.state}`);
  if (!isProven(image, copy.key))
    return retained("no-lineage", "its lineage tags are not there, or are another image's");
  if (ctx.isParent(image)) return retained("is-parent", "a copy is being made from it");

  const shared = whyShared(copy, image, ctx);
  const used = whyUsed(image, ctx);
  const pointed = whyPointedTo(image, ctx);
  const questions = [shared, used, pointed].flatMap((found) => (found && "ask" in found ? [found] : []));
  if (questions.length > 0) return { questions };
  for (const found of [used, pointed, shared]) {
    if (found && "code" in found) return { retained: { copy, image, reason: found } };
  }
  const why = copy.reason.text;
  if (shared && "unshare" in shared) return { call: { do: "unshare", copy, image, accounts: shared.unshare, why } };
  const { imageId: _, ...rest } = copy;
  const reason: Reason = { code: "pruned", text: `${image.imageId} was deleted: ${why}` };
  const done: Copy = { ...rest, ...copyBase(copy.key, copy, undefined, ctx.now), state: "retired", reason };
  return { call: { do: "delete", copy, image, sizeGiB: image.sizeGiB, why, done } };
}

/** What the cloud left of an attempt that failed, and is proven to be ours: it goes before the next attempt. */
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
  const why = `it is what is left of an attempt that failed (${image.state})`;
  return { do: "delete", copy, image, sizeGiB: image.sizeGiB, why, done: copy, refused };
}
