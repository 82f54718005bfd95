// Reports second copies of one root in one region.
import { groupBy } from "../../model/group-by.ts";
import { imageIdOf, markHash, tokenHash } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import { hasFailed } from "../../model/observation.ts";
import type { Copy, Image, Reason } from "../../model/types.ts";
import { furthestFirst } from "../lifecycle/candidates.ts";
import type { PlanContext } from "../types.ts";

/**
 * Reports every copy of a root in a region but one, recorded or not; none is deleted. The primary
 * copy is the recorded one, otherwise the one with the most progress.
 */
export function duplicates({ copies, observation, customImages }: PlanContext): Reason[] {
  const copiesByRegion = groupBy(copies, ({ key }) => key.region);
  return [...observation.regions.keys()].flatMap((region) => {
    const images = (customImages(region)?.images ?? []).filter((image) => !hasFailed(image));
    const recorded = hashByImage(copiesByRegion.get(region) ?? []);
    return [...copiesByRoot(images, recorded).values()].flatMap((group) => {
      const sorted = [...group].sort(furthestFirst);
      const primary = sorted.find((image) => recorded.has(image.imageId)) ?? sorted[0];
      return sorted.filter((image) => image !== primary).map(secondCopy);
    });
  });
}

/** Maps the id of each recorded image to the hash of its copy key. */
function hashByImage(copies: readonly Copy[]): ReadonlyMap<string, string> {
  return new Map(
    copies.flatMap((copy) => {
      const imageId = imageIdOf(copy);
      return imageId ? [[imageId, tokenHash(copy.key)]] : [];
    }),
  );
}

/** Groups the copies by the hash of their copy key; an image without a hash is no copy. */
function copiesByRoot(images: readonly Image[], recorded: ReadonlyMap<string, string>) {
  const hashOf = (image: Image) => recorded.get(image.imageId) ?? markHash(image);
  return groupBy(
    images.filter((image) => hashOf(image) !== undefined),
    hashOf,
  );
}

function secondCopy({ imageId, region, name }: Image): Reason {
  return reason("duplicate", { imageId, region, name });
}
