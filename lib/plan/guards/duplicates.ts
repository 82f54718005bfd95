// Reports second copies of one root in one region.
import { markHash, tokenHash } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import { hasFailed } from "../../model/observation.ts";
import type { Image, ImageProblem } from "../../model/types.ts";
import { furthestFirst } from "../image-index.ts";
import type { PlanContext } from "../types.ts";

/**
 * Reports every copy of a root in a region but one, recorded or not; none is deleted. The primary
 * copy is the recorded one, otherwise the one with the most progress.
 */
export function duplicates({ observation, customImages, recordOf }: PlanContext): ImageProblem[] {
  return [...observation.regions.keys()].flatMap((region) => {
    const groups = new Map<string, Image[]>();
    for (const image of customImages(region)?.images ?? []) {
      const record = recordOf(image);
      const hash = record ? tokenHash(record.key) : markHash(image);
      // An image without a hash is no copy.
      if (hash === undefined || hasFailed(image)) continue;
      const group = groups.get(hash);
      if (group) group.push(image);
      else groups.set(hash, [image]);
    }
    return [...groups.values()].flatMap((group) => {
      if (group.length === 1) return [];
      const sorted = [...group].sort(furthestFirst);
      const primary = sorted.find((image) => recordOf(image)) ?? sorted[0];
      return sorted.filter((image) => image !== primary).map(secondCopy);
    });
  });
}

function secondCopy(image: Image): ImageProblem {
  const { imageId, region, name } = image;
  return { images: [image], reason: reason("duplicate", { imageId, region, name }) };
}
