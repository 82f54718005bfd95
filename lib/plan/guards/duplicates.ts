// Reports second copies of one root.
import { markHash, tokenHash } from "../../model/identity.ts";
import { allCustom, hasFailed, type Observation } from "../../model/observation.ts";
import type { Copy, Image, Reason } from "../../model/types.ts";
import { furthestFirst } from "../lifecycle/locate.ts";

/**
 * More than one live copy of one root in one region, remembered or not: reported, never deleted. Kept is the recorded
 * one, else the one that is furthest.
 */
export function duplicates(copies: readonly Copy[], observation: Observation): Reason[] {
  return [...observation.regions.keys()].flatMap((region) => {
    const images = (allCustom(observation, region)?.images ?? []).filter((image) => !hasFailed(image));
    const recorded = recordedBy(copies, region);
    return [...copiesByRoot(images, recorded).values()].flatMap((group) => {
      const sorted = [...group].sort(furthestFirst);
      const primary = sorted.find((image) => recorded.has(image.imageId)) ?? sorted[0];
      return sorted.filter((image) => image !== primary).map(secondCopy);
    });
  });
}

/** Image id → which root its record says that it is a copy of. */
function recordedBy(copies: readonly Copy[], region: string): ReadonlyMap<string, string> {
  return new Map(
    copies.flatMap((copy) =>
      copy.key.region === region && "imageId" in copy && copy.imageId ? [[copy.imageId, tokenHash(copy.key)]] : [],
    ),
  );
}

function copiesByRoot(images: readonly Image[], recorded: ReadonlyMap<string, string>): ReadonlyMap<string, Image[]> {
  const groups = new Map<string, Image[]>();
  for (const image of images) {
    const root = recorded.get(image.imageId) ?? markHash(image);
    if (root !== undefined) groups.set(root, [...(groups.get(root) ?? []), image]);
  }
  return groups;
}

function secondCopy({ imageId, region, name }: Image): Reason {
  return {
    code: "duplicate",
    text: `${imageId} in ${region} ("${name}") is a second copy of the same image`,
    remedy: "nothing is deleted by itself: delete the one that nobody uses",
  };
}
