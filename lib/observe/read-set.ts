// Decides which regions and images a sweep, a poll or an event reads (pure).
import { groupBy } from "../model/group-by.ts";
import { isIntermediate, rootRefId } from "../model/identity.ts";
import { SUPERSEDED } from "../model/messages/reasons.ts";
import type { Observation, Scope } from "../model/observation.ts";
import type { Policy } from "../model/policy.ts";
import type { AwaitedImage, Copy, Image, ImageRef, ImageType, Millis } from "../model/types.ts";
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

/**
 * What to read first: for a sweep everything, else the copies that are open and the images that are
 * named or awaited.
 */
export function firstReadSet(
  scope: Scope,
  policies: readonly Policy[],
  copies: readonly Copy[],
  awaited: readonly AwaitedImage[],
  now: Millis,
): ReadSet {
  const readSet: ReadSet = new Map();
  const inRegion = (region: string) => readSetOf(readSet, region);
  if (scope.kind === "sweep") {
    for (const policy of policies.filter((p) => p.enabled)) {
      for (const region of policy.from) inRegion(region).types.add("custom").add(policy.select.type);
      for (const region of policy.to) inRegion(region).types.add("custom");
    }
    for (const copy of copies) inRegion(copy.key.region).types.add("custom");
  }
  for (const image of scope.kind === "images" ? scope.images : awaited) inRegion(image.region).ids.add(image.imageId);
  const firstSteps = firstStepsByRoot(copies);
  const steps = stepsByRootAndRegion(copies);
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
    if ("imageId" in copy && copy.imageId) inRegion(key.region).ids.add(copy.imageId);
    else if (isDue(copy, now)) inRegion(key.region).types.add("custom");
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
  copies: readonly Copy[],
  observation: Observation,
  now: Millis,
): ReadSet {
  const readSet: ReadSet = new Map();
  const served = new Set(copies.filter(isPresent).map(({ key }) => `${rootRefId(key)}/${key.region}`));
  const images = named.flatMap((ref) => {
    const image = observation.regions.get(ref.region)?.images.get(ref.imageId);
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

function refText(image: ImageRef): string {
  return `${image.region}/${image.imageId}`;
}

/** Whether a copy is ready or in progress, and was not absent when its region was last read. */
function isPresent(copy: Copy): boolean {
  return ["ready", "copying", "finishing"].includes(copy.state) && copy.missingSince === undefined;
}

function readSetOf(readSet: ReadSet, region: string): RegionReadSet {
  const existing = readSet.get(region) ?? { types: new Set(), ids: new Set() };
  readSet.set(region, existing);
  return existing;
}

/**
 * Whether a copy is open: its next step can follow without a change by a user, so that a poll reads
 * it.
 */
export function isOpen(copy: Copy): boolean {
  if (copy.state === "blocked" && !copy.claim && copy.notBefore === undefined) return false;
  if ("repair" in copy && copy.repair) return true;
  if (copy.state === "ready" && isIntermediate(copy, copy.key)) return true;
  if (copy.state === "retired" && copy.imageId !== undefined && copy.reason.code === SUPERSEDED.code) return true;
  return (
    (copy.state !== "ready" && copy.state !== "failed" && copy.state !== "retired") || copy.missingSince !== undefined
  );
}

/**
 * By root: the copy in the root's own region, which is the parent of the other copies of a chain.
 */
function firstStepsByRoot(copies: readonly Copy[]): ReadonlyMap<string, ImageRef> {
  return new Map(
    copies.flatMap((copy) => {
      if (copy.key.region !== copy.key.rootRegion || !("imageId" in copy) || !copy.imageId) return [];
      return [[rootRefId(copy.key), { region: copy.key.region, imageId: copy.imageId }] as const];
    }),
  );
}

/** By root and region: the images of all copies of the root in that region. */
function stepsByRootAndRegion(copies: readonly Copy[]): ReadonlyMap<string, readonly { readonly imageId: string }[]> {
  const images = copies.flatMap((copy) =>
    "imageId" in copy && copy.imageId ? [{ key: copy.key, imageId: copy.imageId }] : [],
  );
  return groupBy(images, ({ key }) => `${rootRefId(key)}/${key.region}`);
}

/** Whether the wait of a copy is over, if it has one. */
function isDue(copy: Copy, now: Millis): boolean {
  return !("notBefore" in copy) || copy.notBefore === undefined || copy.notBefore <= now;
}
