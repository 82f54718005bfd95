// Reads the cloud as far as a scope needs it, region by region: the observation.
import type { Observation, RegionView, Scope } from "../model/observation.ts";
import type { Policy } from "../model/policy.ts";
import type { ImageType, Millis } from "../model/types.ts";
import { firstReadSet, type OpenRecords, secondReadSet } from "./read-set.ts";
import type { Reading, ReadMode, RegionReader } from "./region-reader.ts";

/** The dependencies of `observe`. */
export interface ObserveDeps {
  readonly account: string;
  readonly reader: RegionReader;
  readonly policies: readonly Policy[];
  readonly now: () => Millis;
}

/**
 * Reads as much of the cloud as the scope needs. A region that cannot be read is reported in the
 * observation and does not delay the others; unless `mode` is patient, a late one is left out. Throws
 * an abort, and any error that is not a `CloudError`.
 */
export async function observe(
  scope: Scope,
  records: OpenRecords,
  mode: ReadMode,
  { account, reader, policies, now }: ObserveDeps,
): Promise<Observation> {
  const first = await reader.read(firstReadSet(scope, policies, records, now()), mode);
  if (scope.kind === "sweep") return { account, ...first };
  const named = scope.kind === "images" ? scope.images : records.awaited;
  const second = await reader.read(secondReadSet(named, policies, { ...records, regions: first.regions }, now()), mode);
  return { account, ...merge(first, second) };
}

function merge(first: Reading, second: Reading): Reading {
  const regions = new Map(first.regions);
  for (const [region, view] of second.regions) {
    const earlier = regions.get(region);
    regions.set(region, earlier ? mergeViews(earlier, view) : view);
  }
  return { regions, unreadable: new Map([...first.unreadable, ...second.unreadable]) };
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
