// What a plan adds: GiB, price, time.
import { groupBy } from "../model/group-by.ts";
import { copyId } from "../model/identity.ts";
import type { Prices } from "../model/policy.ts";
import type { Copy, CopyKey, Millis } from "../model/types.ts";
import type { DesiredCopy } from "../plan/desired/types.ts";
import type { Plan } from "../plan/types.ts";

/** What a plan leads to, as far as that can be told before. */
export interface Estimate {
  /** GiB of snapshots that are added: by the size of the sources, and so at most. */
  readonly addGiB: number;
  /** GiB of what is there only to be encrypted, and goes again: not in `addGiB`. */
  readonly passingGiB: number;
  /** GiB that go with what is deleted. */
  readonly freeGiB: number;
  /** How long it takes until all copies are there, by what was measured before; null where nothing was. */
  readonly expectedMs: Millis | null;
  /** How many copies were measured for that. */
  readonly measured: number;
  /** What the added snapshots cost in a month, at most; null where a price is missing. */
  readonly monthlyCost: number | null;
  readonly currency: string | null;
  /** Regions that `prices` leaves out, though something is added there. */
  readonly unpriced: readonly string[];
}

/** How long one step took before: the median, and which copies were measured. */
export interface Measured {
  readonly median?: Millis;
  readonly copies: readonly Copy[];
}

/** States in which a copy that is wanted has yet to be asked for, by itself. */
const YET_TO_ASK = new Set<Copy["state"]>(["waiting", "retrying"]);
const UNDER_WAY = new Set<Copy["state"]>(["copying", "finishing"]);

/**
 * Counts every copy that will be asked for: now, or when what it waits for has passed. Not those that were asked for
 * already, and not those that need a person first.
 */
export function estimate(plan: Plan, prices?: Prices): Estimate {
  const timeOf = measurements(plan.copies);
  const records = new Map(plan.copies.map((copy) => [copyId(copy.key), copy]));
  const sent = new Set(
    plan.actions.flatMap((action) =>
      action.do === "send" ? action.claimRequests.map(({ copy }) => copyId(copy.key)) : [],
    ),
  );
  const stateOf = (desired: DesiredCopy) => records.get(copyId(desired.key))?.state;
  const parentOf = (desired: DesiredCopy) => desired.parent && plan.desiredCopies.get(copyId(desired.parent));
  const isComing = (desired: DesiredCopy): boolean => {
    if (desired.block) return false;
    if (sent.has(copyId(desired.key))) return true;
    const state = stateOf(desired);
    if (state !== undefined && !YET_TO_ASK.has(state)) return false;
    const parent = parentOf(desired);
    return !parent || stateOf(parent) === "ready" || isUnderWay(parent) || isComing(parent);
  };
  const isUnderWay = (desired: DesiredCopy) => UNDER_WAY.has(stateOf(desired) ?? "waiting");
  /** The steps that lead to a copy and have not ended yet, itself included. */
  const stepsTo = (desired: DesiredCopy): readonly DesiredCopy[] => {
    const parent = parentOf(desired);
    return [...(parent && (isUnderWay(parent) || isComing(parent)) ? stepsTo(parent) : []), desired];
  };

  const all = [...plan.desiredCopies.values()].filter(isComing);
  const added = all.filter(({ intermediate }) => !intermediate);
  const gib = (desiredCopies: readonly DesiredCopy[]) => sum(desiredCopies.map(({ root }) => root.sizeGiB));
  const priceIn = (region: string) => prices?.snapshotGiBMonth[region] ?? prices?.snapshotGiBMonth["default"];
  const unpriced = prices ? added.map(({ key }) => key.region).filter((region) => priceIn(region) === undefined) : [];
  const cost = sum(added.map(({ key, root }) => (priceIn(key.region) ?? 0) * root.sizeGiB));
  const times = all.map((desired) => stepsTo(desired).map(({ key }) => timeOf(key)));
  const measured = new Set(times.flat().flatMap(({ copies }) => copies));
  return {
    addGiB: gib(added),
    passingGiB: gib(all.filter(({ intermediate }) => intermediate)),
    freeGiB: sum(plan.actions.map((action) => freedBy(action))),
    expectedMs:
      measured.size > 0 ? Math.max(...times.map((steps) => sum(steps.map(({ median = 0 }) => median)))) : null,
    measured: measured.size,
    monthlyCost: prices && unpriced.length === 0 ? Math.round(100 * cost) / 100 : null,
    currency: prices?.currency ?? null,
    unpriced: [...new Set(unpriced)].sort(),
  };
}

/** What is not shared any more is deleted next. */
function freedBy(action: Plan["actions"][number]): number {
  return action.do === "delete" || action.do === "unshare" ? action.image.sizeGiB : 0;
}

/** How long a copy took that was made between the same two regions, or any where none was made between these. */
export function measurements(copies: readonly Copy[]): (key: CopyKey) => Measured {
  const all = copies.flatMap((copy): Timed[] =>
    copy.state === "ready" && copy.durationMs !== undefined ? [{ copy, durationMs: copy.durationMs }] : [],
  );
  const between = groupBy(all, ({ copy }) => wayOf(copy.key));
  const ofAll = measuredBy(all);
  const ways = new Map([...between].map(([way, some]) => [way, measuredBy(some)]));
  return (key) => ways.get(wayOf(key)) ?? ofAll;
}

interface Timed {
  readonly copy: Copy;
  readonly durationMs: Millis;
}

/** Encrypting never leaves the region. */
function wayOf({ rootRegion, region, variant }: CopyKey): string {
  return variant === "plain" ? `${rootRegion} → ${region}` : `encrypted in ${region}`;
}

function measuredBy(some: readonly Timed[]): Measured {
  const sorted = some.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  const copies = some.map(({ copy }) => copy);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? { copies } : { copies, median: (low + high) / 2 };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
