// A planner that makes each plan twice, by this planner and by another one, and fails if they differ.
import { isDeepStrictEqual } from "node:util";
import { copyId } from "../../lib/model/identity.ts";
import type { CopyKey } from "../../lib/model/types.ts";
import { makePlan as makeNewPlan } from "../../lib/plan/plan.ts";
import type { Plan, PlanInput } from "../../lib/plan/types.ts";
import { makePlan as makeBasePlan } from "./base.ts";

/** How many plans were compared, and how many of them had actions. */
export const compared = { plans: 0, withActions: 0, actions: 0 };

type Part = Readonly<Record<string, unknown>>;

/** The plan as plain data; the order of the desired copies counts as well. */
function dataOf({ desiredCopies, notSelected, ...rest }: Plan): Part {
  // An older planner has a map by `copyId`, and a list.
  const desired: Iterable<readonly [CopyKey | string, unknown]> = desiredCopies;
  const entries = [...desired].map(([key, value]) => [typeof key === "string" ? key : copyId(key), value]);
  return { ...rest, entries, notSelected: Array.isArray(notSelected) ? notSelected : notSelected() };
}

/** Makes a plan by both planners. Throws an error that names the parts which differ. */
export function makePlan(input: PlanInput): Plan {
  const plan = makeNewPlan(input);
  const [now, before] = [dataOf(plan), dataOf(makeBasePlan(input))];
  compared.plans += 1;
  compared.actions += plan.actions.length;
  if (plan.actions.length > 0) compared.withActions += 1;
  const parts = new Set([...Object.keys(now), ...Object.keys(before)]);
  const differing = [...parts].filter((part) => !isDeepStrictEqual(now[part], before[part]));
  if (differing.length > 0) {
    const texts = differing.map(
      (part) => `${part}: ${JSON.stringify(now[part])} instead of ${JSON.stringify(before[part])}`,
    );
    process.stdout.write(`PLANS DIFFER\n${texts.join("\n")}\n`);
    process.exit(1);
  }
  return plan;
}
