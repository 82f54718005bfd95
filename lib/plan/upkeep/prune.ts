import { isIntermediate, isProven, tokenIn } from "../../model/identity.ts";
import { hasFailed, type Observation } from "../../model/observation.ts";
import { LOOK_AGAIN } from "../../model/time.ts";
import type { Copy, Image, Reason, Retired } from "../../model/types.ts";
import { copyBase, NOTHING } from "../transitions.ts";
import type { Act, Circumstances, Step } from "../types.ts";
import { whyNotPermitted, whyNotSuperseded, whyPointedTo, whyShared, whyUsed } from "./prune-blockers.ts";

type Deletion = Extract<Act, { do: "delete" }>;

/**
 * Whether a copy that nobody wants is deleted. Each of the questions has to be answered so that it may be; where one
 * cannot be answered, it stays.
 */
export function prune(copy: Retired, image: Image, observation: Observation, c: Circumstances): Step {
  const kept = (code: string, text: string, remedy?: string): Step => ({
    kept: { copy, image, reason: { code, text, ...(remedy !== undefined && { remedy }) } },
  });
  const step = isIntermediate(image, copy.key) && !copy.wantedItself && isProven(image, copy.key);
  // Asking who uses an image costs many calls: soon after it was retired, and then with each look at everything.
  if (!c.sweep && !(step && c.now - (copy.since ?? 0) < LOOK_AGAIN)) return NOTHING;
  if (copy.adopted) return kept("adopted", "it was made by other means");
  const forbidden = step ? whyNotSuperseded(copy, image, observation, c) : whyNotPermitted(copy, observation, c);
  if (forbidden) return { kept: { copy, image, reason: forbidden } };
  if (image.state !== "NORMAL" || tokenIn(image.name)) return kept("unfinished", `it is ${image.state}`);
  if (!isProven(image, copy.key)) return kept("no-lineage", "its lineage tags are not there, or are another image's");
  if (c.isParent(image)) return kept("is-parent", "a copy is being made from it");

  const shared = whyShared(copy, image, c);
  const used = whyUsed(image, c);
  const pointed = whyPointedTo(image, c);
  const asks = [shared, used, pointed].flatMap((found) => (found && "ask" in found ? [found] : []));
  if (asks.length > 0) return { asks };
  for (const found of [used, pointed, shared]) {
    if (found && "code" in found) return { kept: { copy, image, reason: found } };
  }
  const why = copy.reason.text;
  if (shared && "withdraw" in shared) return { act: { do: "withdraw", copy, image, accounts: shared.withdraw, why } };
  const { imageId: _, ...rest } = copy;
  const reason: Reason = { code: "pruned", text: `${image.imageId} was deleted: ${why}` };
  const done: Copy = { ...rest, ...copyBase(copy.key, copy, undefined, c.now), state: "retired", reason };
  return { act: { do: "delete", copy, image, sizeGiB: image.sizeGiB, why, done } };
}

/** What the cloud left of an attempt that failed, and is proven to be ours: it goes before the next attempt. */
export function removeFailed(copy: Copy | undefined, failed: readonly Image[], c: Circumstances): Deletion | undefined {
  if (!copy) return undefined;
  const isOurs = (image: Image) =>
    isProven(image, copy.key) || (tokenIn(image.name)?.claimNumber ?? Infinity) <= copy.claims;
  const [image] = failed.filter((one) => hasFailed(one) && isOurs(one) && !copy.leftBehind?.includes(one.imageId));
  if (!image) return undefined;
  const leftBehind = [...(copy.leftBehind ?? []), image.imageId];
  const refused = { ...copy, leftBehind, updatedAt: c.now };
  const why = `it is what is left of an attempt that failed (${image.state})`;
  return { do: "delete", copy, image, sizeGiB: image.sizeGiB, why, done: copy, refused };
}
