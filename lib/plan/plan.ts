// The pipeline: desired copies, one step for each copy, guards, one call for each source.
//
// What happens to one copy. The phases stand in `lifecycle/phases.ts`; the first that is not done
// gives the step. `marked`: with the ownership mark of the copy; `unknown`: not desired, but that is
// not certain.
//
// | record                | image      | policies          | phases, in this order              |
// | --------------------- | ---------- | ----------------- | ---------------------------------- |
// | none, or no image     | marked     | any               | locate                             |
// | none, or no image     | absent     | desired           | checkBlockers → claimName →        |
// |                       |            |                   | request                            |
// | none, or no image     | unread     | desired           | checkBlockers (reported only)      |
// | no image              | any        | orphaned          | retireUnmade                       |
// | copying, no image     | absent     | any               | resolveInDoubt                     |
// | any with an image     | marked     | any               | locate (the other image)           |
// | any with an image     | absent     | any               | confirmLoss                        |
// | any with an image     | unread     | any               | –                                  |
// | copying, finishing    | not NORMAL | any               | followProgress                     |
// | copying, finishing    | NORMAL     | desired           | tag → rename → leaveFamily →       |
// |                       |            |                   | publish → share → complete         |
// | copying, finishing    | NORMAL     | orphaned          | tag → rename → leaveFamily →       |
// |                       |            |                   | complete (then retire)             |
// | copying, finishing    | NORMAL     | unknown           | tag → rename → leaveFamily         |
// | blocked with an image | present    | any               | awaitRecheck → tag (and so on)     |
// | ready                 | present    | desired           | discardAdoption → awaitSweep →     |
// |                       |            |                   | noticeUndeprecated → reshare →     |
// |                       |            |                   | repair                             |
// | ready                 | present    | unknown, disputed | discardAdoption → finishRollback → |
// |                       |            |                   | reshare → abandonRepair            |
// | ready                 | present    | orphaned          | retire                             |
// | retired               | present    | desired           | revive                             |
// | retired               | present    | unknown           | finishRollback → reshare →         |
// |                       |            |                   | followSource                       |
// | retired               | present    | orphaned          | finishRollback → reshare →         |
// |                       |            |                   | followSource → prune               |
import { copyId } from "../model/identity.ts";
import { actionsOf, changesOf, warningsAbout } from "./actions.ts";
import { gatherFacts } from "./context.ts";
import { duplicates } from "./guards/duplicates.ts";
import { applyGuards } from "./guards/guards.ts";
import { unidentifiedCopies } from "./guards/unidentified-copies.ts";
import { casesOf } from "./lifecycle/cases.ts";
import { nextStep } from "./lifecycle/phases.ts";
import type { Plan, PlanInput } from "./types.ts";

/**
 * Decides what to do now. Pure: the same input gives the same plan. A run applies the plan,
 * observes and plans again until the plan is empty. Every order of events and every crash in
 * between leads to the same end.
 */
export function makePlan(input: PlanInput): Plan {
  const { ctx, notSelected, remarks, regionsLeftOut } = gatherFacts(input);
  const cases = casesOf(ctx);
  const steps = cases.map((copyCase) => nextStep(copyCase, ctx));
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
