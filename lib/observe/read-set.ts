// Decides which regions and images a sweep, a poll or an event reads (pure).
import { groupBy } from "../model/collections.ts";
import { isOpen } from "../model/copy/due.ts";
import { refText, rootRefId } from "../model/identity.ts";
import type { Observation, Scope } from "../model/observation.ts";
import type { Policy } from "../model/policy.ts";
import type { AwaitedImage, Copy, Image, ImageRef, ImageType, Millis, Ready, Retired } from "../model/types.ts";
import { whyNotSelected } from "../policy/values/select.ts";

/** What to read in one region. */
export interface RegionReadSet {
  /** Types of which every image is read. */
  readonly types: Set<ImageType>;
  /** Ids that are read one by one, unless a type that is read whole contains them. */
  readonly ids: Set<string>;
}

/** What to read, by region. */
export type ReadSet = Map<string, RegionReadSet>;

/** The records that decide what is read. */
export interface OpenRecords {
  readonly copies: readonly Copy[];
  readonly awaited: readonly AwaitedImage[];
}

/** The regions that the enabled policies name: those of a sweep, apart from copies elsewhere. */
export function regionsOfPolicies(policies: readonly Policy[]): ReadonlySet<string> {
  return new Set(policies.flatMap(({ enabled, from, to }) => (enabled ? [...from, ...to] : [])));
}

/**
 * What to read first: for a sweep everything, else the copies that are open and the images that are
 * named or awaited.
 */
export function firstReadSet(
  scope: Scope,
  policies: readonly Policy[],
  { copies, awaited }: OpenRecords,
  now: Millis,
): ReadSet {
  const readSet: ReadSet = new Map();
  const inRegion = (region: string) => readSetOf(readSet, region);
  if (scope.kind === "sweep") {
    for (const policy of policies.filter((p) => p.enabled)) {
      for (const region of policy.from) inRegion(region).types.add("custom").add(policy.select.type);
      for (const region of policy.to) inRegion(region).types.add("custom");
    }
    for (const copy of copies) if (mayHaveImage(copy)) inRegion(copy.key.region).types.add("custom");
  }
  const named = regionsOfPolicies(policies);
  for (const region of (scope.kind === "poll" && scope.probe) || []) inRegion(region).types.add("custom");
  for (const image of scope.kind === "images" ? scope.images : awaited) inRegion(image.region).ids.add(image.imageId);
  const firstSteps = firstStepsByRoot(copies);
  const steps = stepsByRootAndRegion(copies);
  const finishedByName = groupBy(copies.filter(isFinished), ({ key, name }) => `${key.region}/${name}`);
  const openRegions = new Set<string>();
  for (const copy of copies) {
    const { key } = copy;
    if (scope.kind === "images" && !scope.images.some((i) => i.imageId === key.rootId && i.region === key.rootRegion))
      continue;
    if (scope.kind !== "sweep" && !isOpen(copy)) continue;
    openRegions.add(key.rootRegion);
    inRegion(key.rootRegion).ids.add(key.rootId);
    const parent = firstSteps.get(rootRefId(key));
    if (parent) inRegion(parent.region).ids.add(parent.imageId);
    // In a chain within one region, the plan for each step depends on the other steps.
    for (const { imageId } of steps.get(`${rootRefId(key)}/${key.region}`) ?? []) inRegion(key.region).ids.add(imageId);
    if ("imageId" in copy) inRegion(key.region).ids.add(copy.imageId);
    // The copy may be another image of the region than the one that is missing.
    const isSearched = "imageId" in copy ? copy.missingSince !== undefined : isDue(copy, now);
    if (isSearched && (named.has(key.region) || mayHaveImage(copy))) inRegion(key.region).types.add("custom");
    // An older copy that has the name gives it up when this one is finished.
    const name = "claim" in copy ? `${key.region}/${copy.claim.settings.name}` : "";
    for (const holder of finishedByName.get(name) ?? []) {
      inRegion(key.region).ids.add(holder.imageId);
      inRegion(holder.key.rootRegion).ids.add(holder.key.rootId);
    }
  }
  // Whether an image is among the newest depends on all images that compete with it. Every policy
  // counts, because more than one policy may select the source of a copy.
  for (const { enabled, select, from } of policies) {
    if (!enabled || select.newest === undefined || !from.some((region) => openRegions.has(region))) continue;
    for (const region of from) inRegion(region).types.add(select.type);
  }
  return readSet;
}

/**
 * What to read next for named images in a run that does not sweep: the destinations of the policies
 * that select one of them and, if a policy selects only the newest, the images that compete. Most
 * events concern no policy and need no second read. Neither do repeated events: the next sweep
 * reads a destination whose copy is ready, and a destination whose copy is in progress was read
 * first.
 */
export function secondReadSet(
  named: readonly ImageRef[],
  policies: readonly Policy[],
  { copies, regions }: Pick<OpenRecords, "copies"> & Pick<Observation, "regions">,
  now: Millis,
): ReadSet {
  const readSet: ReadSet = new Map();
  const served = new Set(copies.filter(isPresent).map(({ key }) => `${rootRefId(key)}/${key.region}`));
  const images = named.flatMap((ref) => {
    const image = regions.get(ref.region)?.images.get(ref.imageId);
    return image ? [image] : [];
  });
  for (const policy of policies) {
    const missing = images
      .filter((image) => mayBeSelected(policy, image, now))
      .flatMap((image) => destinationsOf(policy, image).filter((region) => !served.has(`${refText(image)}/${region}`)));
    if (missing.length === 0) continue;
    for (const region of missing) readSetOf(readSet, region).types.add("custom");
    for (const region of policy.from) {
      if (policy.select.newest !== undefined) readSetOf(readSet, region).types.add(policy.select.type);
      if (policy.select.type === "shared") readSetOf(readSet, region).types.add("custom");
    }
  }
  return readSet;
}

function mayBeSelected(policy: Policy, image: Image, now: Millis): boolean {
  return (
    policy.enabled &&
    policy.from.includes(image.region) &&
    policy.select.type === image.type &&
    whyNotSelected(policy.select, image, now) === undefined
  );
}

/** The destinations of an image. A shared image is copied within its own region first. */
function destinationsOf(policy: Policy, image: Image): string[] {
  const others = policy.to.filter((region) => region !== image.region);
  return image.type === "shared" ? [image.region, ...others] : others;
}

/** Whether a copy is ready or in progress, and was not absent when its region was last read. */
function isPresent(copy: Copy): boolean {
  if (copy.phase === "requested") return true;
  const isPresentImage = copy.phase === "ready" || copy.phase === "copying" || copy.phase === "finishing";
  return isPresentImage && copy.missingSince === undefined;
}

function readSetOf(readSet: ReadSet, region: string): RegionReadSet {
  const existing = readSet.get(region) ?? { types: new Set(), ids: new Set() };
  readSet.set(region, existing);
  return existing;
}

/**
 * By root: the copy in the root's own region, which is the parent of the other copies of a chain.
 */
function firstStepsByRoot(copies: readonly Copy[]): ReadonlyMap<string, ImageRef> {
  return new Map(
    copies.flatMap((copy) => {
      if (copy.key.region !== copy.key.rootRegion || !("imageId" in copy)) return [];
      return [[rootRefId(copy.key), { region: copy.key.region, imageId: copy.imageId }] as const];
    }),
  );
}

/** By root and region: the images of all copies of the root in that region. */
function stepsByRootAndRegion(copies: readonly Copy[]): ReadonlyMap<string, readonly { readonly imageId: string }[]> {
  const images = copies.flatMap((copy) => ("imageId" in copy ? [{ key: copy.key, imageId: copy.imageId }] : []));
  return groupBy(images, ({ key }) => `${rootRefId(key)}/${key.region}`);
}

function isFinished(copy: Copy): copy is Ready | Retired {
  return copy.phase === "ready" || copy.phase === "retired";
}

/**
 * Whether a copy has, had or may have an image. A region that no policy names any more is read for
 * such copies only: it may not exist at all.
 */
function mayHaveImage(copy: Copy): boolean {
  return copy.claimCount > 0 || "imageId" in copy || copy.lastImageId !== undefined;
}

/** Whether the wait of a copy is over, if it has one. */
function isDue(copy: Copy, now: Millis): boolean {
  return !("notBefore" in copy) || copy.notBefore === undefined || copy.notBefore <= now;
}
