import type { CopyFault } from "./action.ts";
import type { World } from "./world.ts";

/** What a fault does to the calls that it hits. */
export type FaultEffect =
  /** Answers this error; with `after` only once the call has had its effect. */
  | { readonly kind: "error"; readonly code: string; readonly message?: string; readonly after?: boolean }
  /** Answers this HTTP status with a page of HTML; with `after` only once the call has had its effect. */
  | { readonly kind: "http"; readonly status: 500 | 502 | 503; readonly after?: boolean }
  /** Waits before doing anything. */
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "drop-before" }
  | { readonly kind: "drop-after" }
  /** Has the effect, then keeps the answer back: for that long, or until the fault is released or ended. */
  | { readonly kind: "hold-after"; readonly ms?: number }
  /** Leaves the last entries of ImageSet out of the answer. Default 1. */
  | { readonly kind: "lose-image-set"; readonly count?: number }
  /** Has the effect, then answers HTTP 200 with text that is no JSON. */
  | { readonly kind: "not-json" }
  | { readonly kind: "fail-copy"; readonly percent: number; readonly destination?: string }
  | { readonly kind: "stick-copy"; readonly percent: number; readonly destination?: string };

/** Which calls a fault hits. What is absent matches everything. */
export interface FaultMatch {
  readonly service?: string;
  readonly action?: string;
  readonly region?: string;
  /** `uin` of the caller. */
  readonly account?: string;
  readonly dryRun?: boolean;
  /** The first of the matching calls that it hits, from 1. Default 1. */
  readonly nth?: number;
  /** How many calls it hits; 0 for all. Default 1. */
  readonly times?: number;
  /** 0 to 1, drawn from the world's seed for each matching call. Default 1. */
  readonly probability?: number;
}

export interface Fault {
  readonly match: FaultMatch;
  readonly effect: FaultEffect;
}

/** A fault in a world, and what became of it. */
export interface ActiveFault extends Fault {
  readonly id: string;
  /** Matching calls so far. */
  seen: number;
  /** Request ids of the calls that it hit. */
  readonly fired: string[];
  ended: boolean;
  /** Lets go of the answers that are held back now. */
  readonly holds: Set<() => void>;
}

export function addFault(world: World, fault: Fault): ActiveFault {
  const active: ActiveFault = {
    ...fault,
    id: `fault-${world.faults.length + 1}`,
    seen: 0,
    fired: [],
    ended: false,
    holds: new Set(),
  };
  world.faults.push(active);
  return active;
}

/** Ends faults (all, or one by id) and lets go of what they hold back. Ended faults stay listed. Answers how many. */
export function endFaults(world: World, id?: string): number {
  const ending = world.faults.filter((fault) => !fault.ended && (id === undefined || fault.id === id));
  for (const fault of ending) {
    fault.ended = true;
    releaseHolds(fault);
  }
  return ending.length;
}

/** Lets go of the answers that a fault holds back; it goes on holding later ones. */
export function releaseHolds(fault: ActiveFault): void {
  for (const release of [...fault.holds]) release();
  fault.holds.clear();
}

/** The faults that hit a call; each counts it as seen, and those that hit it as fired. */
export function faultsFor(
  world: World,
  call: { service: string; action: string; region: string; account: string; dryRun: boolean; requestId: string },
): ActiveFault[] {
  return world.faults.filter((fault) => {
    const { match } = fault;
    const matches =
      !fault.ended &&
      (match.service ?? call.service) === call.service &&
      (match.action ?? call.action) === call.action &&
      (match.region ?? call.region) === call.region &&
      (match.account ?? call.account) === call.account &&
      (match.dryRun ?? call.dryRun) === call.dryRun;
    if (!matches) return false;
    fault.seen += 1;
    const times = match.times ?? 1;
    if (fault.seen < (match.nth ?? 1) || (times > 0 && fault.fired.length >= times)) return false;
    if (match.probability !== undefined && world.random.fraction() >= match.probability) return false;
    fault.fired.push(call.requestId);
    return true;
  });
}

/** What the faults of a call order for its copies. */
export function copyFaultsOf(faults: readonly Fault[]): CopyFault[] {
  return faults.flatMap(({ effect }) => {
    if (effect.kind !== "fail-copy" && effect.kind !== "stick-copy") return [];
    const how = effect.kind === "fail-copy" ? "fails" : "sticks";
    const { percent, destination } = effect;
    return [destination === undefined ? { how, percent } : { how, percent, destination }];
  });
}
