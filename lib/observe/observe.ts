// Reads the cloud as far as a scope needs it, region by region: the observation.
import { settleAll } from "../model/all-settled.ts";
import { CloudError } from "../model/errors.ts";
import { readFailureReason } from "../model/messages/run.ts";
import type { Observation, RegionView, Scope } from "../model/observation.ts";
import type { Policy } from "../model/policy.ts";
import type { Cloud } from "../model/ports.ts";
import type { AwaitedImage, Copy, Image, ImageType, Millis, Reason } from "../model/types.ts";
import { firstReadSet, type ReadSet, type RegionReadSet, secondReadSet } from "./read-set.ts";

/** The dependencies of `observe`. */
export interface ObserveDeps {
  readonly cloud: Cloud;
  readonly policies: readonly Policy[];
  readonly now: () => Millis;
}

/**
 * Reads as much of the cloud as the scope needs. A region that cannot be read is reported in the
 * observation and does not delay the others. Throws an abort, and any error that is not a
 * `CloudError`, once all reads have ended.
 */
export async function observe(
  account: string,
  scope: Scope,
  copies: readonly Copy[],
  awaited: readonly AwaitedImage[],
  { cloud, policies, now }: ObserveDeps,
): Promise<Observation> {
  const first = await read(account, firstReadSet(scope, policies, copies, awaited, now()), cloud, now);
  if (scope.kind === "sweep") return first;
  const named = scope.kind === "images" ? scope.images : awaited;
  return merge(first, await read(account, secondReadSet(named, policies, copies, first, now()), cloud, now));
}

/**
 * The reason why a read failed. Rethrows an abort, and any error that is not an answer of the
 * cloud.
 */
export function readFailure(kind: "unreadable" | "unanswered", error: unknown): Reason {
  if (!(error instanceof CloudError) || error.code === "Aborted") throw error;
  return readFailureReason(kind, error);
}

async function read(account: string, readSet: ReadSet, cloud: Cloud, now: () => Millis): Promise<Observation> {
  const regions = new Map<string, RegionView>();
  const unreadable = new Map<string, Reason>();
  await settleAll(
    [...readSet].map(async ([region, what]) => {
      try {
        regions.set(region, await readRegion(region, what, cloud, now));
      } catch (error) {
        unreadable.set(region, readFailure("unreadable", error));
      }
    }),
  );
  return { account, regions, unreadable };
}

async function readRegion(region: string, what: RegionReadSet, cloud: Cloud, now: () => Millis): Promise<RegionView> {
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
    const earlier = regions.get(region);
    regions.set(region, earlier ? mergeViews(earlier, view) : view);
  }
  return { account: first.account, regions, unreadable: new Map([...first.unreadable, ...second.unreadable]) };
}

/**
 * The later view wins. Images that only the earlier view has stay, unless the later one read their
 * type whole. The result is as old as the older view.
 */
function mergeViews(earlier: RegionView, later: RegionView): RegionView {
  const remaining = [...earlier.images.values()].filter((image) => !later.complete.has(image.type));
  return {
    readAt: Math.min(earlier.readAt, later.readAt),
    complete: new Set<ImageType>([...earlier.complete, ...later.complete]),
    asked: new Set([...earlier.asked, ...later.asked]),
    images: new Map([...remaining, ...later.images.values()].map((image) => [image.imageId, image])),
  };
}
