// Reads regions for one run: each in its own time, and none again after it could not be read.
import { settleAll } from "../model/collections.ts";
import { readFailureReason, runMessage } from "../model/messages/run.ts";
import { freshUntil, type RegionView } from "../model/observation.ts";
import type { RunDeps } from "../model/ports.ts";
import { STALE } from "../model/time.ts";
import type { Image, Millis, Reason } from "../model/types.ts";
import { readFailure } from "./read-failure.ts";
import type { ReadSet, RegionReadSet } from "./read-set.ts";

/** The dependencies of a `RegionReader`. */
export type ReaderDeps = Pick<RunDeps, "cloud" | "now" | "pause">;

/** How one round reads. */
export interface ReadMode {
  /**
   * Uses what was read before, where it is fresh, whole and was not forgotten. A round without
   * `reuse` reads anew, and leaves the late regions to the next round that has it.
   */
  readonly reuse: boolean;
  /** Waits until every region was read or has failed. */
  readonly patient: boolean;
}

/** What was read. A region that is in neither map is still being read. */
export interface Reading {
  readonly regions: ReadonlyMap<string, RegionView>;
  readonly unreadable: ReadonlyMap<string, Reason>;
}

/**
 * Reads regions for the rounds of one run. A region that takes much longer than the others is late:
 * the round begins without it, and its reading goes on. A region that could not be read is not read
 * again.
 */
export interface RegionReader {
  /**
   * Reads these regions. Throws an abort, and any error that is not a `CloudError`, once all reads
   * have ended.
   */
  read(readSet: ReadSet, mode: ReadMode): Promise<Reading>;
  /** Lets the next rounds read these regions anew, because this run has changed something there. */
  forget(regions: Iterable<string>): void;
  /** Whether a late region was read, or has failed, since the last round with `reuse`. */
  hasArrived(): boolean;
  /** The regions that are still being read. */
  reading(): readonly string[];
  /** Waits for the next late region, but not for long. Throws as `read` does. */
  awaitArrival(): Promise<void>;
  /** Counts these regions as unreadable, because the time of the run is over. */
  giveUp(regions: readonly string[]): void;
  /** The regions that this run has tried to read without success. */
  readonly failed: ReadonlyMap<string, Reason>;
  /** The regions that this run has read, whole or in part. */
  readonly wasRead: ReadonlySet<string>;
}

/**
 * How long a round waits for the last regions, at least. Long enough for a slow network, because a
 * copy that is left to a later request may find its source busy; and short, because the copies in
 * the other regions wait.
 */
const PATIENCE: Millis = 3_000;
/** After so long a wait for a late region, the caller looks at the time. */
export const LONGEST_WAIT: Millis = 5_000;
/** Patience as a multiple of the time that half of the regions took. */
const PATIENCE_FACTOR = 3;

/** Makes the reader of one run. `skipped`: regions that it does not try to read, with the reasons. */
export function regionReader(skipped: ReadonlyMap<string, Reason>, { cloud, now, pause }: ReaderDeps): RegionReader {
  const failed = new Map<string, Reason>();
  const wasRead = new Set<string>();
  const views = new Map<string, RegionView>();
  const underWay = new Map<string, Promise<void>>();
  const late = new Set<string>();
  const arrived = new Set<string>();

  const begin = (region: string, what: RegionReadSet): Promise<void> => {
    views.delete(region);
    const reading = readRegion(region, what, cloud, now)
      .then(
        (view) => {
          views.set(region, view);
          wasRead.add(region);
        },
        (error: unknown) => {
          failed.set(region, readFailure("unreadable", error));
        },
      )
      .finally(() => {
        underWay.delete(region);
        if (late.delete(region)) arrived.add(region);
      });
    underWay.set(region, reading);
    return reading;
  };

  return {
    failed,
    wasRead,
    async read(readSet, { reuse, patient }) {
      const asked = [...readSet].filter(([region]) => !skipped.has(region) && (reuse || !arrived.has(region)));
      const begun = asked.flatMap(([region, what]) => {
        if (failed.has(region) || underWay.has(region)) return [];
        const view = reuse ? views.get(region) : undefined;
        // A late view is planned with in any case: if it is stale, its actions say so.
        const isUsable = view && holds(view, what) && (arrived.has(region) || isFresh(view, now()));
        return isUsable ? [] : [begin(region, what)];
      });
      await (patient ? settleAll(begun) : untilMostEnd(begun, now, pause));
      for (const region of underWay.keys()) late.add(region);
      if (reuse) arrived.clear();
      const regions = asked.flatMap(([region]) => {
        const view = underWay.has(region) || arrived.has(region) ? undefined : views.get(region);
        return view ? [[region, view] as const] : [];
      });
      const unreadable = [...readSet.keys()].flatMap((region) => {
        const why = skipped.get(region) ?? failed.get(region);
        return why ? [[region, why] as const] : [];
      });
      return { regions: new Map(regions), unreadable: new Map(unreadable) };
    },
    forget(regions) {
      for (const region of regions) if (!arrived.has(region)) views.delete(region);
    },
    hasArrived: () => arrived.size > 0,
    reading: () => [...underWay.keys()],
    awaitArrival: () => Promise.race([...underWay.values(), pause(LONGEST_WAIT)]),
    giveUp(regions) {
      for (const region of regions) {
        const { text: message, remedy } = runMessage("still-reading", { region });
        failed.set(region, readFailureReason("unreadable", { code: "TimeLimit", message, remedy }));
      }
    },
  };
}

/**
 * Waits until all have ended, or most of them and the others take much longer. Throws what they
 * throw.
 */
async function untilMostEnd(
  readings: readonly Promise<void>[],
  now: () => Millis,
  pause: (length: Millis) => Promise<void>,
): Promise<void> {
  const all = settleAll(readings);
  // If the others take longer, `awaitArrival` throws what they throw.
  all.catch(() => {});
  const startedAt = now();
  const half = Math.max(1, Math.floor(readings.length / 2));
  let ended = 0;
  const untilHalf = new Promise<void>((resolve) => {
    const count = () => {
      ended += 1;
      if (ended === half) resolve();
    };
    for (const reading of readings) reading.then(count, count);
  });
  const patience = async () => {
    await untilHalf;
    const taken = now() - startedAt;
    await pause(Math.max(PATIENCE, PATIENCE_FACTOR * taken) - taken);
  };
  await Promise.race([all, patience()]);
}

/** Whether a view holds everything that is to be read. */
function holds({ complete, asked, images }: RegionView, { types, ids }: RegionReadSet): boolean {
  const isRead = (id: string) => asked.has(id) || images.has(id) || complete.has("custom");
  return [...types].every((type) => complete.has(type)) && [...ids].every(isRead);
}

/** Whether a view is fresh for long enough to plan with it and act on it. */
function isFresh(view: RegionView, now: Millis): boolean {
  return freshUntil({ regions: new Map([["", view]]) }, [""]) - now >= STALE / 2;
}

async function readRegion(
  region: string,
  what: RegionReadSet,
  cloud: ReaderDeps["cloud"],
  now: () => Millis,
): Promise<RegionView> {
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
