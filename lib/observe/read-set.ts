// Which regions and images to read for a sweep, a poll or an event (pure).
import { groupBy } from "../model/group-by.ts";
import { isIntermediate, rootRefId } from "../model/identity.ts";
import type { Observation, Scope } from "../model/observation.ts";
import type { Policy } from "../model/policy.ts";
import { SUPERSEDED } from "../model/reasons.ts";
import type { AwaitedImage, Copy, Image, ImageRef, ImageType, Millis } from "../model/types.ts";
import { whyNotSelected } from "../policy/values/select.ts";

/** What to read of one region. */
export interface RegionReading {
  /** Types of which every image is read. */
  readonly types: Set<ImageType>;
  /** Ids that are read one by one where reading the types does not show them. */
  readonly ids: Set<string>;
}

/** Region → what to read of it. */
export type Reading = Map<string, RegionReading>;

/** What to read first. */
export function firstReading(
  scope: Scope,
  policies: readonly Policy[],
  copies: readonly Copy[],
  awaited: readonly AwaitedImage[],
  now: Millis,
): Reading {
  const reading: Reading = new Map();
  const of = (region: string) => regionOf(reading, region);
  if (scope.kind === "sweep") {
    for (const policy of policies.filter((p) => p.enabled)) {
      for (const region of policy.from) of(region).types.add("custom").add(policy.select.type);
      for (const region of policy.to) of(region).types.add("custom");
    }
    for (const copy of copies) of(copy.key.region).types.add("custom");
  }
  for (const image of scope.kind === "images" ? scope.images : awaited) of(image.region).ids.add(image.imageId);
  const firstSteps = firstStepsOf(copies);
  const steps = stepsOf(copies);
  const open = new Set<string>();
  for (const copy of copies) {
    if (
      scope.kind === "images" &&
      !scope.images.some((i) => i.imageId === copy.key.rootId && i.region === copy.key.rootRegion)
    )
      continue;
    if (scope.kind !== "sweep" && !isOpen(copy)) continue;
    open.add(copy.key.rootRegion);
    of(copy.key.rootRegion).ids.add(copy.key.rootId);
    const parent = firstSteps.get(rootRefId(copy.key));
    if (parent) of(parent.region).ids.add(parent.imageId);
    // Of a chain within one region, each step is judged by the others.
    for (const { imageId } of steps.get(`${rootRefId(copy.key)}/${copy.key.region}`) ?? [])
      of(copy.key.region).ids.add(imageId);
    if ("imageId" in copy && copy.imageId) of(copy.key.region).ids.add(copy.imageId);
    else if (isDue(copy, now)) of(copy.key.region).types.add("custom");
  }
  // Whether an image is still among the newest shows only beside the others; a copy may be wanted by more policies than one.
  for (const { enabled, select, from } of policies) {
    if (!enabled || select.newest === undefined || !from.some((region) => open.has(region))) continue;
    for (const region of from) of(region).types.add(select.type);
  }
  return reading;
}

/**
 * What to read next for images that were named and not swept: the destinations of the policies that select one of
 * them and, where a policy takes only the newest, the images that compete. Most events are of no interest and end here,
 * and so do those that come again: a destination whose copy is ready is looked at by the next sweep, and one whose copy
 * is being made was read first.
 */
export function secondReading(
  named: readonly ImageRef[],
  policies: readonly Policy[],
  copies: readonly Copy[],
  observation: Observation,
  now: Millis,
): Reading {
  const reading: Reading = new Map();
  const there = new Set(copies.filter(isThere).map(({ key }) => `${rootRefId(key)}/${key.region}`));
  const images = named.flatMap((ref) => {
    const image = observation.regions.get(ref.region)?.images.get(ref.imageId);
    return image ? [image] : [];
  });
  for (const policy of policies) {
    const lacking = images
      .filter((image) => mayTake(policy, image, now))
      .flatMap((image) => destinationsOf(policy, image).filter((region) => !there.has(`${refText(image)}/${region}`)));
    if (lacking.length === 0) continue;
    for (const region of lacking) regionOf(reading, region).types.add("custom");
    for (const region of policy.from) {
      if (policy.select.newest !== undefined) regionOf(reading, region).types.add(policy.select.type);
      if (policy.select.type === "shared") regionOf(reading, region).types.add("custom");
    }
  }
  return reading;
}

function mayTake(policy: Policy, image: Image, now: Millis): boolean {
  return (
    policy.enabled &&
    policy.from.includes(image.region) &&
    policy.select.type === image.type &&
    whyNotSelected(policy.select, image, now) === undefined
  );
}

/** A shared image is copied within its own region first. */
function destinationsOf(policy: Policy, image: Image): string[] {
  const others = policy.to.filter((region) => region !== image.region);
  return image.type === "shared" ? [image.region, ...others] : others;
}

function refText(image: ImageRef): string {
  return `${image.region}/${image.imageId}`;
}

/** Whether a copy is ready or being made, and was there at the last look. */
function isThere(copy: Copy): boolean {
  return ["ready", "copying", "finishing"].includes(copy.state) && copy.missingSince === undefined;
}

function regionOf(reading: Reading, region: string): RegionReading {
  const known = reading.get(region) ?? { types: new Set(), ids: new Set() };
  reading.set(region, known);
  return known;
}

/** Whether anything may still happen to a copy without somebody changing something. */
export function isOpen(copy: Copy): boolean {
  if (copy.state === "blocked" && !copy.claim && copy.notBefore === undefined) return false;
  if ("repair" in copy && copy.repair) return true;
  if (copy.state === "ready" && isIntermediate(copy, copy.key)) return true;
  if (copy.state === "retired" && copy.imageId !== undefined && copy.reason.code === SUPERSEDED.code) return true;
  return (
    (copy.state !== "ready" && copy.state !== "failed" && copy.state !== "retired") || copy.missingSince !== undefined
  );
}

/** By root: the copy in the root's own region, from which the others of a chain are made. */
function firstStepsOf(copies: readonly Copy[]): ReadonlyMap<string, ImageRef> {
  return new Map(
    copies.flatMap((copy) => {
      if (copy.key.region !== copy.key.rootRegion || !("imageId" in copy) || !copy.imageId) return [];
      return [[rootRefId(copy.key), { region: copy.key.region, imageId: copy.imageId }] as const];
    }),
  );
}

/** By root and region: the images of all its copies there. */
function stepsOf(copies: readonly Copy[]): ReadonlyMap<string, readonly { readonly imageId: string }[]> {
  const images = copies.flatMap((copy) =>
    "imageId" in copy && copy.imageId ? [{ key: copy.key, imageId: copy.imageId }] : [],
  );
  return groupBy(images, ({ key }) => `${rootRefId(key)}/${key.region}`);
}

/** Whether the time has come to look at a copy again. */
function isDue(copy: Copy, now: Millis): boolean {
  return !("notBefore" in copy) || copy.notBefore === undefined || copy.notBefore <= now;
}
