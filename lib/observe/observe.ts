// Reads them: the observation.
import { CloudError } from "../model/errors.ts";
import type { Observation, RegionView, Scope } from "../model/observation.ts";
import type { Policy } from "../model/policy.ts";
import type { Cloud } from "../model/ports.ts";
import type { AwaitedImage, Copy, Image, ImageType, Millis, Reason } from "../model/types.ts";
import { firstReading, type Reading, type RegionReading, secondReading } from "./read-set.ts";

/** What is needed to look at the cloud. */
export interface Observing {
  readonly cloud: Cloud;
  readonly policies: readonly Policy[];
  readonly now: () => Millis;
}

/**
 * Reads as much of the cloud as the scope asks for. A region that cannot be read is reported in the observation and
 * does not hold up the others.
 */
export async function observe(
  account: string,
  scope: Scope,
  copies: readonly Copy[],
  awaited: readonly AwaitedImage[],
  { cloud, policies, now }: Observing,
): Promise<Observation> {
  const first = await read(account, firstReading(scope, policies, copies, awaited, now()), cloud, now);
  if (scope.kind === "sweep") return first;
  const named = scope.kind === "images" ? scope.images : awaited;
  return merge(first, await read(account, secondReading(named, policies, copies, first, now()), cloud, now));
}

async function read(account: string, reading: Reading, cloud: Cloud, now: () => Millis): Promise<Observation> {
  const regions = new Map<string, RegionView>();
  const unreadable = new Map<string, Reason>();
  const fatal: unknown[] = [];
  await Promise.all(
    [...reading].map(async ([region, what]) => {
      try {
        regions.set(region, await readRegion(region, what, cloud, now));
      } catch (error) {
        if (!(error instanceof CloudError) || error.code === "Aborted") {
          fatal.push(error);
          return;
        }
        const { code, message, remedy } = error;
        unreadable.set(region, { code: `unreadable-${code}`, text: message, ...(remedy !== undefined && { remedy }) });
      }
    }),
  );
  // Thrown only now, so that no reading goes on behind the caller's back.
  if (fatal.length > 0) throw fatal[0];
  return { account, regions, unreadable };
}

async function readRegion(region: string, what: RegionReading, cloud: Cloud, now: () => Millis): Promise<RegionView> {
  const readAt = now();
  const images = new Map<string, Image>();
  for (const type of what.types) {
    for (const image of await cloud.images(region, type)) images.set(image.imageId, image);
  }
  const ids = [...what.ids].filter((id) => !images.has(id));
  if (ids.length > 0) {
    for (const image of await cloud.imagesById(region, ids)) images.set(image.imageId, image);
  }
  return { readAt, complete: new Set(what.types), asked: what.ids, images };
}

function merge(first: Observation, second: Observation): Observation {
  const regions = new Map(first.regions);
  for (const [region, view] of second.regions) {
    const before = regions.get(region);
    regions.set(region, before ? mergeViews(before, view) : view);
  }
  return { account: first.account, regions, unreadable: new Map([...first.unreadable, ...second.unreadable]) };
}

/** The later reading decides; what only the earlier one saw stays, and the view is as old as its oldest part. */
function mergeViews(a: RegionView, b: RegionView): RegionView {
  const stillThere = [...a.images.values()].filter((image) => !b.complete.has(image.type));
  return {
    readAt: Math.min(a.readAt, b.readAt),
    complete: new Set<ImageType>([...a.complete, ...b.complete]),
    asked: new Set([...a.asked, ...b.asked]),
    images: new Map([...stillThere, ...b.images.values()].map((image) => [image.imageId, image])),
  };
}
