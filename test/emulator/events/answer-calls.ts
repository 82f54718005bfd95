// A call for each action of EventBridge whose answer shows as much as there can be.
import type { Bench } from "../support.ts";
import { eventBench, FUNCTION, IMAGE_PATTERN } from "./support.ts";

const on = (b: Bench) => eventBench({}, b);
const TARGET = { Type: "scf", TargetDescription: { ResourceDescription: FUNCTION } };
const EVENT = { Source: "mine", Type: "t", Subject: "s", Data: "{}" };

/** Where a rule with a target is. */
function targetAt(b: Bench) {
  const { TargetId: _, ...rule } = on(b).target();
  return rule;
}

export const EVENT_CALLS: Readonly<Record<string, (b: Bench) => object>> = {
  "eb.CheckRule": () => ({ Event: '{"a":1}', EventPattern: '{"a":[1]}' }),
  "eb.CreateEventBus": () => ({ EventBusName: "mine" }),
  "eb.CreateRule": (b) => ({ EventBusId: on(b).busId, RuleName: "new", EventPattern: IMAGE_PATTERN }),
  "eb.CreateTarget": (b) => ({ ...on(b).rule(), ...TARGET }),
  "eb.DeleteRule": (b) => on(b).rule(),
  "eb.DeleteTarget": (b) => on(b).target(),
  "eb.GetEventBus": (b) => ({ EventBusId: on(b).busId }),
  "eb.GetRule": (b) => targetAt(b),
  "eb.ListEventBuses": () => ({}),
  "eb.ListRules": (b) => ({ EventBusId: targetAt(b).EventBusId }),
  "eb.ListTargets": (b) => targetAt(b),
  "eb.PutEvents": (b) => ({
    EventBusId: on(b).eb("CreateEventBus", { EventBusName: "mine" }).EventBusId,
    EventList: [EVENT],
  }),
  "eb.UpdateRule": (b) => ({ ...on(b).rule(), RuleName: "renamed" }),
  "eb.UpdateTarget": (b) => ({ ...on(b).target(), BatchTimeout: 5 }),
};
