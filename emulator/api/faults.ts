// Injected faults: adding and ending them, and matching them to calls.
import { TransportFault } from "../errors.ts";
import type { ActiveFault, Fault, FaultEffect } from "../settings/faults.ts";
import type { CopyFault, World } from "../world/types.ts";

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

/** The action that faults name for the delivery of an event. */
export const DELIVERY = "deliver";

/**
 * Returns the faults that hit a call. A delivery is no call of a client, so only a fault that names
 * it hits it. Every matching fault counts it as seen, those that hit it as
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
      (match.action ?? (call.action === DELIVERY ? "" : call.action)) === call.action &&
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

/** What the faults of a call do to the call itself. The first that is set decides, in this order. */
export interface CallFaults {
  /** How long to wait before the call takes effect. */
  readonly delayMs: number;
  /** The call takes no effect, and its caller gets no answer. */
  readonly lostBefore: TransportFault | undefined;
  /** The faults that keep the connection of such a call open. */
  readonly hangs: readonly ActiveFault[];
  /** The call takes no effect and is answered with this error. */
  readonly refusedBefore: InjectedError | undefined;
  /** The call takes effect, and its caller gets no answer. */
  readonly lostAfter: TransportFault | undefined;
  /** The call takes effect and is answered with this error. */
  readonly refusedAfter: InjectedError | undefined;
  /** The faults that hold the answer. */
  readonly holds: readonly ActiveFault[];
}

/** An error that a fault answers. */
export interface InjectedError {
  readonly code: string;
  readonly message: string;
}

/** Sorts the faults that hit a call by what they do to it. */
export function callFaultsOf(faults: readonly ActiveFault[]): CallFaults {
  const effects = faults.map((fault) => fault.effect);
  const has = (kind: FaultEffect["kind"]) => effects.some((effect) => effect.kind === kind);
  const http = effects.find((effect) => effect.kind === "http");
  const error = effects.find((effect) => effect.kind === "error");
  const injected = error && { code: error.code, message: error.message ?? "An injected error of the emulator." };
  const lost = (effectDone: boolean) => http && new TransportFault("http", effectDone, http.status);
  const isLostBefore = has("drop-before") || has("hang");
  return {
    delayMs: effects.reduce((ms, effect) => ms + (effect.kind === "delay" ? effect.ms : 0), 0),
    lostBefore: isLostBefore ? new TransportFault("dropped", false) : http?.after ? undefined : lost(false),
    hangs: faults.filter(({ effect }) => effect.kind === "hang"),
    refusedBefore: error?.after ? undefined : injected,
    lostAfter: has("drop-after")
      ? new TransportFault("dropped", true)
      : (lost(true) ?? (has("not-json") ? new TransportFault("notJson", true) : undefined)),
    refusedAfter: injected,
    holds: faults.filter(({ effect }) => effect.kind === "hold-after"),
  };
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

/** What the faults of a delivery do to it: how often it happens, and how late in milliseconds. */
export function deliveryFaultsOf(faults: readonly Fault[]): { count: number; lateMs: number } {
  const effects = faults.map((fault) => fault.effect);
  const counts = effects.flatMap((effect) => (effect.kind === "deliver-times" ? [effect.count] : []));
  const lateMs = effects.reduce((ms, effect) => ms + (effect.kind === "deliver-late" ? effect.ms : 0), 0);
  return { count: counts[0] ?? 1, lateMs };
}
