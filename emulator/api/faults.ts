import type { ActiveFault, CopyFault, Fault, World } from "../world/types.ts";

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
