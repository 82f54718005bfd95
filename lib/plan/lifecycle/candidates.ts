// The images of one region that carry the ownership mark of one copy, and which of them is the copy.
import { tokenIn } from "../../model/identity.ts";
import { hasFailed } from "../../model/observation.ts";
import type { CopyKey, Image } from "../../model/types.ts";
import type { RegionImages } from "../image-index.ts";

/** The images of one region that have the ownership mark of one copy. */
export interface Candidates {
  /**
   * The one to record: the first by `furthestFirst`, without those that the cloud failed to create.
   */
  readonly best?: Image;
  /**
   * Highest claim number, failed attempts included; 1 for an image without a token, 0 if there is
   * no image.
   */
  readonly lastClaim: number;
  readonly failed: readonly Image[];
}

/** Finds the custom images of a region that have the ownership mark of a copy. */
export function candidatesFor(key: CopyKey, region: RegionImages): Candidates {
  const ours = region.markedAs(key);
  const [best] = ours.filter((image) => !hasFailed(image)).sort(furthestFirst);
  return {
    ...(best && { best }),
    lastClaim: Math.max(0, ...ours.map((image) => tokenIn(image.name)?.claimNumber ?? 1)),
    failed: ours.filter(hasFailed),
  };
}

/**
 * Sorts copies of one root: finished before unfinished, then by progress, then the oldest first.
 */
export function furthestFirst(a: Image, b: Image): number {
  return (
    rank(b) - rank(a) ||
    (b.syncPercent ?? 0) - (a.syncPercent ?? 0) ||
    a.createdAt - b.createdAt ||
    Number(a.imageId > b.imageId) - Number(a.imageId < b.imageId)
  );
}

function rank(image: Image): number {
  if (image.state !== "NORMAL") return 0;
  return tokenIn(image.name) ? 1 : 2;
}
