// The guards in their order: rules over the steps of all copies, each applied to what is left.
import type { Question } from "../../model/observation.ts";
import type { Reason } from "../../model/types.ts";
import type { Guard, Guarded, PlanContext, Step } from "../types.ts";
import { secondAdoption } from "./adoption-conflicts.ts";
import { confirmedDeletions } from "./confirmed-deletions.ts";
import { deletionBudget, movingFamilies } from "./deletion-budget.ts";
import { massDisappearance } from "./mass-disappearance.ts";
import { nameConflicts } from "./name-conflicts.ts";
import { othersImages } from "./other-installations.ts";
import { quota } from "./quota.ts";

/**
 * First go the calls that only another installation may make. The next guard drops losses that are likely to be none, and the
 * one after it the deletions that a command's user has not confirmed. The three after that reduce the new
 * copies to those that may be requested. Only then is it known which families move, and the deletions that
 * remain are counted last.
 */
export const GUARDS: readonly Guard[] = [
  othersImages,
  massDisappearance,
  confirmedDeletions,
  secondAdoption,
  nameConflicts,
  quota,
  movingFamilies,
  deletionBudget,
];

/**
 * Applies all guards. Problems and questions of the steps that a guard drops are not in the result:
 * they are true all the same, so the plan takes them from the steps before the guards.
 */
export function applyGuards(steps: readonly Step[], ctx: PlanContext): Required<Guarded> {
  const problems: Reason[] = [];
  const questions: Question[] = [];
  let remaining = steps;
  for (const guard of GUARDS) {
    const guarded = guard(remaining, ctx);
    remaining = guarded.steps;
    problems.push(...(guarded.problems ?? []));
    questions.push(...(guarded.questions ?? []));
  }
  return { steps: remaining, problems, questions };
}
