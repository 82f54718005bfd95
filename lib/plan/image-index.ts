// The custom images of each region, found by ownership mark, name or family without a scan.
import { groupBy } from "../model/group-by.ts";
import { isCopyOf, lineageOf, tokenHash, tokenIn } from "../model/identity.ts";
import type { Observation, RegionView } from "../model/observation.ts";
import type { CopyKey, Image, Millis } from "../model/types.ts";

/** The custom images of one region. */
export interface RegionImages {
  /** Whether the region was read whole: an image that is not here was not visible then. */
  readonly isWhole: boolean;
  readonly readAt: Millis;
  readonly images: readonly Image[];
  /** The images that carry the ownership mark of a copy. */
  readonly markedAs: (key: CopyKey) => readonly Image[];
  readonly named: (name: string) => readonly Image[];
  readonly inFamily: (family: string) => readonly Image[];
}

/**
 * Indexes the images of every region that was read. A plan looks images up for every copy; with a
 * scan of the region for each, its time would grow with the square of the number of images.
 */
export function indexImages(observation: Observation): ReadonlyMap<string, RegionImages> {
  return new Map([...observation.regions].map(([region, view]) => [region, indexRegion(view)]));
}

function indexRegion(view: RegionView): RegionImages {
  const images = [...view.images.values()].filter(({ type }) => type === "custom");
  const byMark = groupBy(
    images.flatMap((image) => marksOf(image).map((mark) => ({ mark, image }))),
    ({ mark }) => mark,
  );
  const byName = groupBy(images, ({ name }) => name);
  const byFamily = groupBy(images, ({ family }) => family);
  return {
    isWhole: view.complete.has("custom"),
    readAt: view.readAt,
    images,
    // Two copies may have the same hash, so the whole mark decides.
    markedAs: (key) => (byMark.get(tokenHash(key)) ?? []).flatMap(({ image }) => (isCopyOf(image, key) ? [image] : [])),
    named: (name) => byName.get(name) ?? [],
    inFamily: (family) => byFamily.get(family) ?? [],
  };
}

/** The hashes of the token and of the lineage tags; a wrong image may have two that differ. */
function marksOf(image: Image): string[] {
  const token = tokenIn(image.name)?.hash;
  const lineage = lineageOf(image);
  const proven = lineage && tokenHash({ ...lineage, region: image.region });
  return [...new Set([token, proven])].flatMap((mark) => mark ?? []);
}
