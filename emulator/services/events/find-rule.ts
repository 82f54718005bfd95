// Finds buses, rules and targets of an account.
import { ApiError } from "../../errors.ts";
import type { Account } from "../../settings/accounts.ts";
import type { EventBus, EventRule, EventTarget } from "../../world/services/event-bus.ts";
import type { World } from "../../world/types.ts";

/** Where a call of an account looks. */
export interface CallPlace {
  readonly world: World;
  readonly account: Account;
  readonly region: string;
}

const notFound = (kind: "EventBus" | "Rule" | "Target", id: string) =>
  new ApiError(`ResourceNotFound.${kind}`, `The ${kind} \`${id}\` does not exist.`);

/** The buses of an account in a region, in order of creation. */
export function busesAt({ world, account, region }: CallPlace): EventBus[] {
  return [...world.eventBuses.values()].filter((bus) => bus.owner === account.uin && bus.region === region);
}

/** Finds a bus. Throws `ApiError` ResourceNotFound.EventBus. */
export function requireBus(place: CallPlace, busId: string): EventBus {
  const bus = busesAt(place).find(({ id }) => id === busId);
  if (bus === undefined) throw notFound("EventBus", busId);
  return bus;
}

/** Finds a rule. Throws `ApiError` ResourceNotFound.EventBus or .Rule. */
export function requireRule(place: CallPlace, at: { EventBusId: string; RuleId: string }): EventRule {
  const rule = requireBus(place, at.EventBusId).rules.get(at.RuleId);
  if (rule === undefined) throw notFound("Rule", at.RuleId);
  return rule;
}

/** Finds a target. Throws `ApiError` ResourceNotFound.EventBus, .Rule or .Target. */
export function requireTarget(
  place: CallPlace,
  at: { EventBusId: string; RuleId: string; TargetId: string },
): EventTarget {
  const target = requireRule(place, at).targets.get(at.TargetId);
  if (target === undefined) throw notFound("Target", at.TargetId);
  return target;
}
