// The record of each region: when it was swept, and when an unreadable one is read again.
import { skippedReason } from "../model/messages/run.ts";
import { iso } from "../model/time.ts";
import type { AccountRecord, Millis, Reason, RegionRecord, Run } from "../model/types.ts";

type Regions = AccountRecord["regions"];

/** What a run has read. */
export interface Readings {
  /** The regions that a sweep of this run covers, read or not. */
  readonly covered: ReadonlySet<string>;
  /** The regions that this run has read, whole or in part. */
  readonly wasRead: ReadonlySet<string>;
  /** The regions that this run has tried to read without success. */
  readonly failed: ReadonlyMap<string, Reason>;
}

/** Of a run that has read nothing. */
export const NO_READINGS: Readings = { covered: new Set(), wasRead: new Set(), failed: new Map() };

const FIRST_BACKOFF: Millis = 60_000;
/** The default of `SWEEP_EVERY`: a region that was unreadable for long is tried as often as one is swept. */
const LONGEST_BACKOFF: Millis = 10 * 60_000;

/**
 * The regions that a run does not read, because they could not be read a short time ago. A retry
 * that is further away than any back-off was recorded by a wrong clock.
 */
export function skippedRegions(
  regions: Regions,
  now: Millis,
  isWanted: (region: string) => boolean = () => false,
): ReadonlyMap<string, Reason> {
  return new Map(
    Object.entries(regions ?? {}).flatMap(([region, { failure }]) => {
      if (!failure || isWanted(region) || !isSkipped(failure.retryAt, now)) return [];
      return [[region, whySkipped(failure)] as const];
    }),
  );
}

/** Why regions are not read, and when they are read again. */
export function unreadableRegions(regions: Regions): readonly Reason[] {
  return Object.values(regions ?? {}).flatMap(({ failure }) => (failure ? [whySkipped(failure)] : []));
}

/** Whether a problem is an unreadable region, which `unreadableRegions` reports as long as it lasts. */
export function isUnreadable({ code }: Reason): boolean {
  return code.startsWith("unreadable-");
}

function whySkipped({ reason, retryAt }: NonNullable<RegionRecord["failure"]>): Reason {
  return skippedReason(reason, iso(retryAt));
}

/** The unreadable regions among these that are due to be read again. */
export function regionsToProbe(regions: Regions, named: Iterable<string>, now: Millis): readonly string[] {
  return [...named].filter((region) => {
    const failure = regions?.[region]?.failure;
    return failure !== undefined && !isSkipped(failure.retryAt, now);
  });
}

/**
 * Whether a sweep is due, or one of these regions was left out of the last ones. An unreadable one
 * is not: it is read again by its own back-off, so an outage makes no sweeps of the other regions.
 */
export function isSweepDue(
  record: AccountRecord | undefined,
  named: Iterable<string>,
  sweepEvery: Millis,
  now: Millis,
): boolean {
  // In both directions, because a time in the future was recorded by a wrong clock.
  const isOld = (at: Millis | undefined) => at === undefined || Math.abs(now - at) >= sweepEvery;
  const isLeftOut = (region: string) => {
    const { sweptAt, failure } = record?.regions?.[region] ?? {};
    return !failure && isOld(sweptAt);
  };
  return isOld(record?.lastSweepAt) || [...named].some(isLeftOut);
}

/**
 * The records of the regions after a run. Those that a whole sweep does not cover are of no use any
 * more; a run that stopped early has swept nothing.
 */
export function regionsAfter(
  regions: Regions,
  { startedAt, endedAt, stoppedEarly }: Pick<Run, "startedAt" | "endedAt" | "stoppedEarly">,
  { covered, wasRead, failed }: Readings,
): Regions {
  const isSweep = covered.size > 0 && !stoppedEarly;
  const kept = Object.entries(regions ?? {}).filter(([region]) => !isSweep || covered.has(region));
  const after = new Map<string, RegionRecord>(kept);
  for (const region of wasRead) {
    const before = after.get(region);
    const sweptAt = isSweep && covered.has(region) ? startedAt : before?.sweptAt;
    if (sweptAt !== undefined || before) after.set(region, sweptAt === undefined ? {} : { sweptAt });
  }
  for (const [region, reason] of failed) {
    const before = after.get(region);
    const count = (before?.failure?.count ?? 0) + 1;
    const retryAt = endedAt + Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (count - 1));
    after.set(region, { ...before, failure: { count, retryAt, reason } });
  }
  return after.size > 0 ? Object.fromEntries(after) : undefined;
}

function isSkipped(retryAt: Millis, now: Millis): boolean {
  return now < retryAt && retryAt <= now + LONGEST_BACKOFF;
}
