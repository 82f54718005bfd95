// Exports what EventBridge and CLS have in a world, and imports it.
import type { EventBus, EventRule, EventTarget } from "../world/services/event-bus.ts";
import type { Logset, LogTopic } from "../world/services/log-topic.ts";
import type { World } from "../world/types.ts";

type RuleJson = Omit<EventRule, "targets"> & { readonly targets: readonly EventTarget[] };
type BusJson = Omit<EventBus, "rules"> & { readonly rules: readonly RuleJson[] };

/** The part of an exported world that belongs to EventBridge and CLS. Older exports lack it. */
export interface ServicesJson {
  readonly eventBuses?: readonly BusJson[];
  readonly eventQueue?: World["eventQueue"];
  readonly deliveries?: World["deliveries"];
  readonly logsets?: readonly Logset[];
  readonly logTopics?: readonly LogTopic[];
}

export function exportServices({ eventBuses, eventQueue, deliveries, logsets, logTopics }: World): ServicesJson {
  const ruleJson = (rule: EventRule): RuleJson => ({ ...rule, targets: [...rule.targets.values()] });
  const busJson = (bus: EventBus): BusJson => ({ ...bus, rules: [...bus.rules.values()].map(ruleJson) });
  return {
    eventBuses: [...eventBuses.values()].map(busJson),
    eventQueue,
    deliveries,
    logsets: [...logsets.values()],
    logTopics: [...logTopics.values()],
  };
}

/** Replaces all of it. Without buses in the export the default ones stay, without rules. */
export function importServices(world: World, from: ServicesJson): void {
  importEvents(world, from);
  world.logsets.clear();
  for (const logset of from.logsets ?? []) world.logsets.set(logset.id, logset);
  world.logTopics.clear();
  for (const topic of from.logTopics ?? []) world.logTopics.set(topic.id, topic);
}

function importEvents(world: World, { eventBuses = [], eventQueue = [], deliveries = [] }: ServicesJson): void {
  for (const [id, bus] of world.eventBuses) {
    if (bus.type === "Custom") world.eventBuses.delete(id);
    else bus.rules.clear();
  }
  for (const bus of eventBuses) {
    const rules = bus.rules.map(
      (rule): EventRule => ({ ...rule, targets: new Map(rule.targets.map((target) => [target.id, target])) }),
    );
    world.eventBuses.set(bus.id, { ...bus, rules: new Map(rules.map((rule) => [rule.id, rule])) });
  }
  world.eventQueue.splice(0, world.eventQueue.length, ...eventQueue);
  world.deliveries.splice(0, world.deliveries.length, ...deliveries);
}
