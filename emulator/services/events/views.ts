// Buses, rules and targets as EventBridge shows them.
import { blank } from "../../model/blank.ts";
import type { Output } from "../../model/model.ts";
import type { EventBus, EventRule, EventTarget } from "../../world/services/event-bus.ts";

/** Beijing time as the vendor's examples have it: `2021-04-29T20:01:27+08:00`. */
export function beijingTime(at: number): string {
  return `${new Date(at + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
}

const times = ({ createdAt, modifiedAt }: { createdAt: number; modifiedAt: number }) => ({
  AddTime: beijingTime(createdAt),
  ModTime: beijingTime(modifiedAt),
});

/** A bus (eb 2021-04-16, struct EventBus). */
export function viewBus(bus: EventBus) {
  const { id, name, description, type } = bus;
  return { ...times(bus), EventBusId: id, EventBusName: name, Description: description, Type: type, PayMode: "" };
}

/** What GetRule and ListRules show of a rule. */
export function viewRule(busId: string, rule: EventRule) {
  const { id, name, description, isEnabled } = rule;
  return {
    ...times(rule),
    EventBusId: busId,
    RuleId: id,
    RuleName: name,
    Description: description,
    Status: "Active",
    Enable: isEnabled,
  };
}

/** A target (eb 2021-04-16, struct Target). */
export function viewTarget(at: { busId: string; ruleId: string }, target: EventTarget): Output<"eb", "Target"> {
  const batch = {
    EnableBatchDelivery: target.isBatched,
    BatchEventCount: target.batchCount,
    BatchTimeout: target.batchSeconds,
  };
  return {
    Type: target.type,
    EventBusId: at.busId,
    RuleId: at.ruleId,
    TargetId: target.id,
    TargetDescription: {
      ...blank("eb", "TargetDescription"),
      ResourceDescription: target.resource,
      SCFParams: batch,
    },
    ...batch,
  };
}
