// Injected faults: adding and ending them, and matching them to calls.
import type { ActiveFault, CopyFault, Fault, World } from "../world/types.ts";

/** Adds a fault to a world. It is active until its `times` are used up or it is ended. */
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

/**
 * Ends all faults, or the one with an id, and releases their held responses. Ended faults stay
 * listed.
 * Returns how many faults it ended.
 */
export function endFaults(world: World, id?: string): number {
  const ending = world.faults.filter((fault) => !fault.ended && (id === undefined || fault.id === id));
  for (const fault of ending) {
    fault.ended = true;
    releaseHolds(fault);
  }
  return ending.length;
}

/** Releases the responses that a fault holds now. The fault still holds later ones. */
export function releaseHolds(fault: ActiveFault): void {
  for (const release of [...fault.holds]) release();
  fault.holds.clear();
}

/**
 * Returns the faults that hit a call. Every matching fault counts it as seen, those that hit it as
 * fired.
 */
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

/** The failures that the faults of a call inject into its copies. */
export function copyFaultsOf(faults: readonly Fault[]): CopyFault[] {
  return faults.flatMap(({ effect }) => {
    if (effect.kind !== "fail-copy" && effect.kind !== "stick-copy") return [];
    const how = effect.kind === "fail-copy" ? "fails" : "sticks";
    const { percent, destination } = effect;
    return [destination === undefined ? { how, percent } : { how, percent, destination }];
  });
}
