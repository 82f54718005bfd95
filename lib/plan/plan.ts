// The pipeline: desired copies, one step for each copy, guards, one call for each source.
//
// What happens to one copy. The phases stand in `lifecycle/phases.ts`; the first that is not done
// gives the step. `marked`: with the ownership mark of the copy; `other's`: the same, of another
// installation; `unknown`: not desired, but that is not certain.
//
// | record                | image      | policies          | phases, in this order              |
// | --------------------- | ---------- | ----------------- | ---------------------------------- |
// | none, or no image     | marked     | any               | locate                             |
// | none, or no image     | other's    | desired           | useOther                           |
// | none, or no image     | absent     | desired           | checkBlockers → claimName →        |
// |                       |            |                   | request                            |
// | none, or no image     | unread     | desired           | checkBlockers (reported only)      |
// | no image              | any        | orphaned          | retireUnmade                       |
// | requested             | absent     | any               | resolveInDoubt                     |
// | any with an image     | marked     | any               | locate (the other image)           |
// | any with an image     | other's    | any               | checkMaker                         |
// | any with an image     | absent     | any               | confirmLoss                        |
// | any with an image     | unread     | any               | –                                  |
// | copying, finishing    | not NORMAL | any               | followProgress                     |
// | copying, finishing    | NORMAL     | desired           | tag → rename → leaveFamily →       |
// |                       |            |                   | publish → share → complete         |
// | copying, finishing    | NORMAL     | orphaned          | tag → rename → leaveFamily →       |
// |                       |            |                   | complete (then retire)             |
// | copying, finishing    | NORMAL     | unknown           | tag → rename → leaveFamily         |
// | stuck                 | present    | any               | awaitRecheck → tag (and so on)     |
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
import { CopyMap } from "../model/copy/copy-map.ts";
import { imageIdOf } from "../model/identity.ts";
import { unreadReason } from "../model/messages/run.ts";
import type { CopyKey, ImageRef } from "../model/types.ts";
import { actionsOf, changesOf, warningsAbout } from "./actions.ts";
import { gatherFacts } from "./context.ts";
import { sourcesThatWait } from "./desired/sources.ts";
import { groupPublications } from "./family/publish-together.ts";
import { duplicates } from "./guards/duplicates.ts";
import { applyGuards } from "./guards/guards.ts";
import { copiesOfOthers, metInstallations } from "./guards/other-installations.ts";
import { unidentifiedCopies } from "./guards/unidentified-copies.ts";
import { casesOf } from "./lifecycle/cases.ts";
import { nextStep } from "./lifecycle/phases.ts";
import type { CopyCase, Plan, PlanInput } from "./types.ts";
import { refusedItems } from "./upkeep/giving/refusals.ts";
import { sharedByHand } from "./upkeep/giving/shares.ts";

/**
 * Decides what to do now. Pure: the same input gives the same plan. A run applies the plan,
 * observes and plans again until the plan is empty. Every order of events and every crash in
 * between leads to the same end.
 */
export function makePlan(input: PlanInput): Plan {
  const { ctx, notSelected, undecided, remarks, regionsLeftOut } = gatherFacts(input);
  const cases = casesOf(ctx);
  const steps = cases.map((copyCase) => nextStep(copyCase, ctx));
  const guarded = applyGuards(steps, ctx);
  const changed = changesOf(guarded.steps).map(({ copy }) => copy);
  const changes = new CopyMap(changed.map((copy) => [copy.key, copy]));
  const recorded = changes.size === 0 ? ctx.copies : ctx.copies.map((copy) => changes.get(copy.key) ?? copy);
  const copies = [...recorded, ...[...changes.values()].filter(({ key }) => !ctx.copyOf(key))];
  // What this plan blocks is left out later.
  const later = (key: CopyKey) => changes.get(key) ?? ctx.copyOf(key);
  const { leftOut: leftOutLater } = groupPublications(ctx.desiredCopies, later, ctx.now);
  const keys = cases.map(({ key }) => key);
  const imageProblems = [
    ...duplicates(ctx),
    ...unidentifiedCopies(keys, ctx),
    ...remarks.imageProblems,
    ...steps.flatMap(({ problem }, at) => (problem ? [{ images: imagesOf(cases[at]), reason: problem }] : [])),
  ];
  const problems = [
    ...[...ctx.observation.unreadable.values()].map(unreadReason),
    ...sourcesThatWait(ctx.policies, undecided, ctx.observation),
    ...metInstallations(ctx),
    ...refusedItems(ctx),
    ...remarks.problems,
    ...imageProblems.map(({ reason }) => reason),
    ...guarded.problems,
  ];
  return {
    actions: actionsOf(guarded.steps),
    notSelected,
    problems,
    imageProblems,
    warnings: [
      ...warningsAbout(guarded.steps, ctx.desiredCopies, { now: regionsLeftOut, later: leftOutLater }),
      ...copiesOfOthers(copies),
      ...sharedByHand(copies),
    ],
    waits: guarded.steps.flatMap(({ wait }) => wait ?? []),
    retained: guarded.steps.flatMap(({ retained }) => retained ?? []),
    desiredCopies: ctx.desiredCopies,
    copies,
    questions: [...remarks.questions, ...guarded.questions, ...steps.flatMap(({ questions }) => questions ?? [])],
  };
}

/** The image of a copy, recorded or seen. */
function imagesOf(copyCase: CopyCase | undefined): ImageRef[] {
  const imageId = copyCase?.record && imageIdOf(copyCase.record);
  return imageId === undefined ? [] : [{ region: copyCase?.key.region ?? "", imageId }];
}
