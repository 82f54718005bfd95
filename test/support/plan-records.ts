// Lists in a planner's test: with one element replaced, and records with what their copies were given.
import type { Copy } from "../../lib/model/types.ts";
import { makePlan } from "../../lib/plan/plan.ts";
import type { PlanInput } from "../../lib/plan/types.ts";
import { addGiven } from "../../lib/plan/upkeep/giving/given.ts";

/** The records, with what the policies give to those finished copies that do not say it. */
export function withGiven(input: PlanInput): Copy[] {
  const { desiredCopies } = makePlan(input);
  return input.copies.map((copy) => {
    if (copy.phase !== "ready" || copy.given) return copy;
    const gives = desiredCopies.get(copy.key)?.gives ?? {};
    return { ...copy, given: addGiven({}, gives) };
  });
}

/** The list with one more element, in the place of the one with the same id if there is one. */
export function replaced<T>(list: readonly T[], one: T, idOf: (one: T) => string): T[] {
  const isKnown = list.some((other) => idOf(other) === idOf(one));
  return isKnown ? list.map((other) => (idOf(other) === idOf(one) ? one : other)) : [...list, one];
}
