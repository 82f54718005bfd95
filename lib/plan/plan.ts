// The pipeline: desired copies, one step for each copy, guards, one call for each source.
import { copyId } from "../model/identity.ts";
import { actionsOf, changesOf, warningsAbout } from "./actions.ts";
import { gatherFacts } from "./context.ts";
import { duplicates } from "./guards/duplicates.ts";
import { applyGuards } from "./guards/guards.ts";
import { unidentifiedCopies } from "./guards/unidentified-copies.ts";
import { casesOf } from "./lifecycle/cases.ts";
import { reconcileCopy } from "./lifecycle/reconcile-copy.ts";
import type { Plan, PlanInput } from "./types.ts";

/**
 * Decides what to do now. Pure: the same input gives the same plan. A run applies the plan,
 * observes and plans again until the plan is empty. Every order of events and every crash in
 * between leads to the same end.
 */
export function makePlan(input: PlanInput): Plan {
  const { ctx, notSelected, remarks, regionsLeftOut } = gatherFacts(input);
  const cases = casesOf(ctx);
  const steps = cases.map((copyCase) => reconcileCopy(copyCase, ctx));
  const guarded = applyGuards(steps, ctx);
  const changed = changesOf(guarded.steps).map(({ copy }) => copy);
  const problems = [
    ...ctx.observation.unreadable.values(),
    ...duplicates(ctx),
    ...unidentifiedCopies(
      cases.map(({ key }) => key),
      ctx,
    ),
    ...remarks.problems,
    ...steps.flatMap(({ problem }) => problem ?? []),
    ...guarded.problems,
  ];
  return {
    actions: actionsOf(guarded.steps),
    notSelected,
    problems,
    warnings: warningsAbout(guarded.steps, ctx.desiredCopies, regionsLeftOut),
    retained: guarded.steps.flatMap(({ retained }) => retained ?? []),
    desiredCopies: ctx.desiredCopies,
    copies: [...new Map([...ctx.copies, ...changed].map((copy) => [copyId(copy.key), copy])).values()],
    questions: [...remarks.questions, ...guarded.questions, ...steps.flatMap(({ questions }) => questions ?? [])],
  };
}
