// Delivery of events: from a bus through its rules to the functions that are their targets.
import { DELIVERY, deliveryFaultsOf, faultsFor } from "../../api/faults.ts";
import { ApiError } from "../../errors.ts";
import type { AuditEvent, EventBus, EventTarget, QueuedEvent, TargetAt } from "../../world/services/event-bus.ts";
import type { World } from "../../world/types.ts";
import { invokeAsync } from "../functions/async-queue.ts";
import { parsePattern } from "./pattern.ts";
import { functionAt } from "./target-function.ts";

/** The list of deliveries drops its oldest entries beyond this number. */
const MOST_DELIVERIES = 10_000;

/**
 * Delivers the event of a service: to the rules of the default bus of its account, which is in
 * ap-guangzhou for the events of all regions (product documentation 1108/46246).
 */
export function deliverEvent(world: World, { account, event }: AuditEvent): void {
  for (const bus of world.eventBuses.values()) {
    if (bus.owner === account && bus.type === "Cloud") publish(world, bus, event);
  }
}

/** Sends an event to the targets of all rules of a bus that are enabled and match, and delivers what is due. */
export function publish(world: World, bus: EventBus, event: { readonly id: string }): void {
  for (const rule of bus.rules.values()) {
    if (!rule.isEnabled || !parsePattern(rule.pattern)(event)) continue;
    for (const targetId of rule.targets.keys()) {
      const { region, owner: account } = bus;
      const call = { service: "eb", action: DELIVERY, region, account, dryRun: false, requestId: event.id };
      const { count, lateMs } = deliveryFaultsOf(faultsFor(world, call));
      const arrivesAt = world.workNow() + lateMs;
      for (let i = 0; i < count; i += 1) {
        world.eventQueue.push({ busId: bus.id, ruleId: rule.id, targetId, event, arrivesAt });
      }
    }
  }
  deliverDue(world);
}

/**
 * Invokes the functions of all events that have arrived and whose batch is full or has waited long
 * enough. A world never waits: call it when the clock may have moved.
 */
export function deliverDue(world: World): void {
  const now = world.workNow();
  const byTarget = new Map<string, QueuedEvent[]>();
  for (const queued of world.eventQueue) {
    if (queued.arrivesAt > now) continue;
    const events = byTarget.get(queued.targetId);
    if (events) events.push(queued);
    else byTarget.set(queued.targetId, [queued]);
  }
  const done = new Set<QueuedEvent>();
  for (const events of byTarget.values()) {
    const target = targetOf(world, events[0]);
    // A target that was deleted meanwhile receives nothing.
    if (target === undefined) for (const queued of events) done.add(queued);
    else
      for (const batch of dueBatches(target, events, now)) {
        invoke(world, target, batch);
        for (const queued of batch) done.add(queued);
      }
  }
  if (done.size === 0) return;
  const waiting = world.eventQueue.filter((queued) => !done.has(queued));
  world.eventQueue.splice(0, world.eventQueue.length, ...waiting);
}

function targetOf(world: World, at: TargetAt | undefined): EventTarget | undefined {
  if (at === undefined) return undefined;
  return world.eventBuses.get(at.busId)?.rules.get(at.ruleId)?.targets.get(at.targetId);
}

function dueBatches(target: EventTarget, events: readonly QueuedEvent[], now: number): QueuedEvent[][] {
  const size = target.isBatched ? target.batchCount : 1;
  const inOrder = [...events].sort((a, b) => a.arrivesAt - b.arrivesAt);
  const batches = Array.from({ length: Math.ceil(events.length / size) }, (_, index) =>
    inOrder.slice(index * size, (index + 1) * size),
  );
  const waitMs = target.batchSeconds * 1000;
  return batches.filter((batch) => batch.length === size || (batch[0]?.arrivesAt ?? 0) + waitMs <= now);
}

function invoke(world: World, target: EventTarget, batch: readonly QueuedEvent[]): void {
  const [first] = batch;
  if (first === undefined) return;
  const { busId, ruleId, targetId } = first;
  const events = batch.map(({ event }) => event);
  const payload = target.isBatched ? inShape(world, events) : events[0];
  let requestId = "";
  let result = "ok";
  try {
    const at = functionAt(target.resource);
    if (at === undefined) throw new ApiError("ResourceNotFound.Function", "The target names no function.");
    requestId = invokeAsync(world, at, payload);
  } catch (error) {
    // EventBridge has accepted the event; nobody waits for an answer.
    if (!(error instanceof ApiError)) throw error;
    result = error.code;
  }
  const eventIds = events.map((event) => (event as { readonly id: string }).id);
  world.deliveries.push({ busId, ruleId, targetId, at: world.now(), eventIds, requestId, result });
  if (world.deliveries.length > MOST_DELIVERIES) world.deliveries.shift();
}

function inShape(world: World, events: readonly unknown[]): unknown {
  switch (world.switches.eventBatchShape) {
    case "list":
      return events;
    case "event-if-one":
      return events.length === 1 ? events[0] : events;
    case "events":
      return { events };
  }
}
