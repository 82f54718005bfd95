// The regions whose records are older than they should be, because they could not be read.
import type { AccountRecord, Millis, Reason } from "../../model/types.ts";

/** A region that the last sweeps did not read whole. Times in epoch milliseconds. */
export interface RegionAge {
  readonly region: string;
  /** When it was last read whole; null if it never was. */
  readonly sweptAt: Millis | null;
  readonly reason: Reason | null;
  /** When it is read again; null if no failure is recorded. */
  readonly retryAt: Millis | null;
}

/**
 * The regions that cannot be read at `now`, and those whose last complete reading is older than two
 * sweeps (`sweepEvery`, in milliseconds) before the last sweep. Sorted by region.
 */
export function lateRegions(record: AccountRecord | undefined, sweepEvery: Millis, now: Millis): RegionAge[] {
  const { lastSweepAt = now, regions = {} } = record ?? {};
  return Object.entries(regions)
    .filter(([, { sweptAt, failure }]) => failure !== undefined || (sweptAt ?? 0) < lastSweepAt - 2 * sweepEvery)
    .map(([region, { sweptAt, failure }]) => ({
      region,
      sweptAt: sweptAt ?? null,
      reason: failure?.reason ?? null,
      retryAt: failure?.retryAt ?? null,
    }))
    .sort((a, b) => Number(a.region > b.region) - Number(a.region < b.region));
}
