// Estimates what a plan adds and frees: GiB, price, time.
import { groupBy } from "../../model/collections.ts";
import { copyId } from "../../model/identity.ts";
import type { Prices } from "../../model/policy.ts";
import type { Copy, CopyKey, CopyPhase, Millis } from "../../model/types.ts";
import type { DesiredCopy } from "../../plan/desired/types.ts";
import type { Plan } from "../../plan/types.ts";

/** The size, price and duration of what a plan leads to, as far as they can be known in advance. */
export interface Estimate {
  /** GiB of snapshots that are added. An upper bound: it is the size of the sources. */
  readonly addGiB: number;
  /**
   * GiB of intermediate copies, which exist only until they are encrypted. Not part of `addGiB`.
   */
  readonly passingGiB: number;
  /** GiB of the images that are deleted. An upper bound, too. */
  readonly freeGiB: number;
  /**
   * Time until all copies are ready, by the durations of earlier copies; null if there are none.
   */
  readonly expectedMs: Millis | null;
  /** The number of earlier copies on which `expectedMs` is based. */
  readonly measured: number;
  /** The price of the added snapshots for one month, at most; null if a price is missing. */
  readonly monthlyCost: number | null;
  readonly currency: string | null;
  /** Regions in which something is added and for which `prices` has no entry. */
  readonly unpriced: readonly string[];
}

/** The durations of earlier copies: their median, and the copies themselves. */
export interface Measured {
  readonly median?: Millis;
  readonly copies: readonly Copy[];
}

/** States in which a desired copy will be requested without manual action. */
const NOT_REQUESTED = new Set<CopyPhase>(["waiting", "retrying"]);
const IN_PROGRESS = new Set<CopyPhase>(["requested", "copying", "finishing"]);

/**
 * Counts every copy that will be requested, now or after a wait. Does not count copies that were
 * requested already, nor copies that need manual action first.
 */
export function estimate(plan: Plan, prices?: Prices): Estimate {
  const timeOf = measurements(plan.copies);
  const records = new Map(plan.copies.map((copy) => [copyId(copy.key), copy]));
  const sent = new Set(
    plan.actions.flatMap((action) =>
      action.do === "send" ? action.claimRequests.map(({ copy }) => copyId(copy.key)) : [],
    ),
  );
  const phaseOf = (desired: DesiredCopy) => records.get(copyId(desired.key))?.phase;
  const parentOf = (desired: DesiredCopy) => desired.parent && plan.desiredCopies.get(desired.parent);
  const willBeRequested = (desired: DesiredCopy): boolean => {
    if (desired.block) return false;
    if (sent.has(copyId(desired.key))) return true;
    const state = phaseOf(desired);
    if (state !== undefined && !NOT_REQUESTED.has(state)) return false;
    const parent = parentOf(desired);
    return !parent || phaseOf(parent) === "ready" || isInProgress(parent) || willBeRequested(parent);
  };
  const isInProgress = (desired: DesiredCopy) => IN_PROGRESS.has(phaseOf(desired) ?? "waiting");
  /** The chain of copies that have to be finished until this one is ready, itself included. */
  const chainTo = (desired: DesiredCopy): readonly DesiredCopy[] => {
    const parent = parentOf(desired);
    return [...(parent && (isInProgress(parent) || willBeRequested(parent)) ? chainTo(parent) : []), desired];
  };

  const toRequest = [...plan.desiredCopies.values()].filter(willBeRequested);
  const added = toRequest.filter(({ intermediate }) => !intermediate);
  const gib = (desiredCopies: readonly DesiredCopy[]) => sum(desiredCopies.map(({ root }) => root.sizeGiB));
  const priceIn = (region: string) => prices?.snapshotGiBMonth[region] ?? prices?.snapshotGiBMonth["default"];
  const unpriced = prices ? added.map(({ key }) => key.region).filter((region) => priceIn(region) === undefined) : [];
  const cost = sum(added.map(({ key, root }) => (priceIn(key.region) ?? 0) * root.sizeGiB));
  const times = toRequest.map((desired) => chainTo(desired).map(({ key }) => timeOf(key)));
  const measured = new Set(times.flat().flatMap(({ copies }) => copies));
  return {
    addGiB: gib(added),
    passingGiB: gib(toRequest.filter(({ intermediate }) => intermediate)),
    freeGiB: sum(plan.actions.map((action) => freedBy(action))),
    expectedMs:
      measured.size > 0 ? Math.max(...times.map((chain) => sum(chain.map(({ median = 0 }) => median)))) : null,
    measured: measured.size,
    monthlyCost: prices && unpriced.length === 0 ? Math.round(100 * cost) / 100 : null,
    currency: prices?.currency ?? null,
    unpriced: [...new Set(unpriced)].sort(),
  };
}

/** An image that is unshared for a reason to delete it is deleted by a later run. */
function freedBy(action: Plan["actions"][number]): number {
  return (action.do === "delete" || action.do === "unshare") && action.why !== undefined ? action.image.sizeGiB : 0;
}

/**
 * The durations of earlier copies between the same two regions; of all earlier copies if there are
 * none.
 */
export function measurements(copies: readonly Copy[]): (key: CopyKey) => Measured {
  const all = copies.flatMap((copy): Timed[] =>
    copy.phase === "ready" && copy.durationMs !== undefined ? [{ copy, durationMs: copy.durationMs }] : [],
  );
  const ofAll = medianOf(all);
  const routes = groupBy(all, ({ copy }) => routeOf(copy.key));
  const byRoute = new Map([...routes].map(([route, some]) => [route, medianOf(some)]));
  return (key) => byRoute.get(routeOf(key)) ?? ofAll;
}

interface Timed {
  readonly copy: Copy;
  readonly durationMs: Millis;
}

/**
 * An encrypted copy is made from the plain copy of the same region, so its duration depends on that
 * region alone.
 */
function routeOf({ rootRegion, region, variant }: CopyKey): string {
  return variant === "plain" ? `${rootRegion} → ${region}` : `encrypted in ${region}`;
}

function medianOf(some: readonly Timed[]): Measured {
  const sorted = some.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  const copies = some.map(({ copy }) => copy);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? { copies } : { copies, median: (low + high) / 2 };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
