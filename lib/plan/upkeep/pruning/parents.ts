// From which images a copy is being made: they are not deleted, because that could end the copy.
import { lineageOf, refText, tokenHash, tokenIn } from "../../../model/identity.ts";
import { hasFailed, type Observation, seen } from "../../../model/observation.ts";
import type { Copy, CopyIn, CopyKey, Image, Variant } from "../../../model/types.ts";

/** Tells whether a copy is being made from an image, which is the copy with this key. */
export type IsParent = (image: Pick<Image, "region" | "imageId">, key: CopyKey) => boolean;

/**
 * By the records, and by the images that are not NORMAL, because after a loss of the state a copy is
 * recorded only once its mark is certain. An unfinished image whose tags another user removed shows no
 * parent: then every copy counts that it may be made from.
 */
export function parentsOf(copies: readonly Copy[], observation: Observation): IsParent {
  const unfinished: Image[] = [];
  for (const { images } of observation.regions.values())
    for (const image of images.values()) if (isUnfinished(image)) unfinished.push(image);
  const recorded = copies.flatMap((copy) => (isBeingCopied(copy, observation) ? [copy.claim.parent] : []));
  const tagged = unfinished.flatMap((image) => lineageOf(image)?.parent ?? []);
  const parents = new Set([...recorded, ...tagged].map(refText));
  const unmarked = unfinished.filter((image) => !lineageOf(image));
  const variants = [...new Set<Variant>(["plain", "encrypted:default", ...copies.map(({ key }) => key.variant)])];
  return (image, key) =>
    parents.has(refText(image)) ||
    unmarked.some((child) => child.imageId !== image.imageId && mayBeFrom(child, key, variants));
}

/**
 * Whether an unfinished image may be made from a copy, by the hash in its temporary name. A plain one is made from a copy
 * only if that is the first one of a shared image, in the region of the image. An encrypted one is made in the region of
 * its plain copy. `variants`: those that the records know.
 */
function mayBeFrom(child: Image, key: CopyKey, variants: readonly Variant[]): boolean {
  const token = tokenIn(child.name);
  const variant = variants.find((one) => tokenHash({ ...key, variant: one }) === token?.hash);
  if (variant === undefined) return false;
  return variant === "plain"
    ? key.region === key.rootRegion && child.region !== key.region
    : child.region === key.region;
}

/** Not so an image that the cloud failed to make and refuses to delete: it would keep its parent for ever. */
function isUnfinished(image: Image): boolean {
  return image.state !== "NORMAL" && !hasFailed(image);
}

/** A stuck copy may still be SYNCING: deleting its parent could end it. */
function isBeingCopied(copy: Copy, observation: Observation): copy is CopyIn<"requested" | "copying" | "stuck"> {
  if (copy.phase !== "stuck") return copy.phase === "requested" || copy.phase === "copying";
  const image = seen(observation, { region: copy.key.region, imageId: copy.imageId });
  return typeof image === "string" || image.state !== "NORMAL";
}
