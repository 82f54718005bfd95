// The custom images of each region by ownership mark, name and family, and which of them is a copy.
import { groupBy, lazily } from "../model/collections.ts";
import {
  imageIdOf,
  installationOf,
  isCopyOf,
  lineageOf,
  tokenHash,
  tokenIn,
  UNKNOWN_INSTALLATION,
} from "../model/identity.ts";
import { hasFailed, type Observation, type RegionView, seen } from "../model/observation.ts";
import type { Claim, Copy, CopyKey, Image, Installations, Millis } from "../model/types.ts";

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
  // In a region where nothing is missing and nothing moves, none of the three is needed.
  const byMark = lazily(() => groupByMark(images));
  const byName = lazily(() => groupBy(images, ({ name }) => name));
  const byFamily = lazily(() => groupBy(images, ({ family }) => family));
  return {
    isWhole: view.complete.has("custom"),
    readAt: view.readAt,
    images,
    // Two copies may have the same hash, so the whole mark decides.
    markedAs: (key) => {
      const marked = byMark().size > 0 ? byMark().get(tokenHash(key)) : undefined;
      return marked?.filter((image) => isCopyOf(image, key)) ?? NO_IMAGES;
    },
    named: (name) => byName().get(name) ?? NO_IMAGES,
    inFamily: (family) => byFamily().get(family) ?? NO_IMAGES,
  };
}

const NO_IMAGES: readonly Image[] = [];

function groupByMark(images: readonly Image[]): ReadonlyMap<string, readonly Image[]> {
  const groups = new Map<string, Image[]>();
  for (const image of images) {
    for (const mark of marksOf(image)) {
      const group = groups.get(mark);
      if (group) group.push(image);
      else groups.set(mark, [image]);
    }
  }
  return groups;
}

/** The hashes of the token and of the lineage tags; a wrong image may have two that differ. */
function marksOf(image: Image): string[] {
  const token = tokenIn(image.name)?.hash;
  const lineage = lineageOf(image);
  const proven = lineage && tokenHash(lineage);
  return [...new Set([token, proven])].flatMap((mark) => mark ?? []);
}

/** The images of one region that have the ownership mark of one copy. */
export interface Candidates {
  /**
   * The one of this installation to record: the first by `furthestFirst`, without those that the
   * cloud failed to create.
   */
  readonly best?: Image;
  /** The same of the other installations. */
  readonly other?: Image;
  /**
   * Highest claim number, failed attempts included; 1 for an image without a token, 0 if there is
   * no image.
   */
  readonly lastClaim: number;
  /** Those that the cloud failed to create for this installation. */
  readonly failed: readonly Image[];
}

/**
 * Whether the recorded image shows that it is this copy. An answer of the cloud, or a damaged
 * record, may name an image of another person. A finished copy that lost its tags by hand still has
 * its name; and nothing is changed about an adopted one.
 */
export function showsIdentity(image: Image, record: Copy): boolean {
  if (isCopyOf(image, record.key)) return true;
  if (record.phase === "ready" || record.phase === "retired") return record.adopted || image.name === record.name;
  // Both come after a mark was seen, and only then is the name set.
  return (record.phase === "finishing" || record.phase === "stuck") && image.name === record.claim.settings.name;
}

/**
 * The visible images that are copies according to the records, each with its record. An image that a
 * record names, and that does not show that it is this copy, is another person's.
 */
export function recordedImages(copies: readonly Copy[], observation: Observation): ReadonlyMap<Image, Copy> {
  const recorded = new Map<Image, Copy>();
  for (const copy of copies) {
    const imageId = imageIdOf(copy);
    if (imageId === undefined) continue;
    const image = seen(observation, { region: copy.key.region, imageId });
    if (typeof image === "object" && showsIdentity(image, copy)) recorded.set(image, copy);
  }
  return recorded;
}

const NO_CANDIDATES: Candidates = { lastClaim: 0, failed: [] };

/** Finds the custom images of a region that have the ownership mark of a copy. */
export function candidatesFor(key: CopyKey, region: RegionImages, installations: Installations): Candidates {
  const marked = region.markedAs(key);
  if (marked.length === 0) return NO_CANDIDATES;
  const isOwn = (image: Image) => installations.includes(installationOf(image) ?? UNKNOWN_INSTALLATION);
  const existing = marked.filter((image) => !hasFailed(image)).sort(furthestFirst);
  const best = existing.find(isOwn);
  const other = existing.find((image) => !isOwn(image));
  return {
    ...(best && { best }),
    ...(other && { other }),
    lastClaim: Math.max(0, ...marked.map((image) => tokenIn(image.name)?.claimNumber ?? 1)),
    failed: marked.filter((image) => hasFailed(image) && isOwn(image)),
  };
}

/** The image of a claim that the cloud failed to create. */
export function failedImage({ failed }: Candidates, { number }: Claim): Image | undefined {
  return failed.find((image) => tokenIn(image.name)?.claimNumber === number);
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
