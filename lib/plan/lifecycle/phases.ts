// The life of a copy: the stages and their phases in their order.
import type { CopyCase, PlanContext, Step } from "../types.ts";
import { finishRollback } from "../upkeep/finish-rollback.ts";
import { followSource } from "../upkeep/follow-source.ts";
import { reshare } from "../upkeep/giving/reshare.ts";
import { prune } from "../upkeep/pruning/prune.ts";
import { abandonRepair, awaitSweep, noticeUndeprecated, repair } from "../upkeep/repair.ts";
import { confirmLoss } from "./confirm-loss.ts";
import { checkBlockers } from "./creation/check-blockers.ts";
import { claimName } from "./creation/claim-name.ts";
import { useOther } from "./creation/other-installation.ts";
import { request } from "./creation/request.ts";
import { awaitRecheck, followProgress } from "./finishing/follow-progress.ts";
import { leaveFamily, publish } from "./finishing/publish.ts";
import { rename } from "./finishing/rename.ts";
import { complete, share } from "./finishing/share.ts";
import { tag } from "./finishing/tag.ts";
import { resolveInDoubt } from "./in-doubt.ts";
import { checkMaker, locate } from "./locate.ts";
import { discardAdoption, retire, retireUnmade, revive } from "./retire.ts";
import {
  every,
  firstStep,
  kept,
  left,
  ready,
  retired,
  type Stage,
  stage,
  stuck,
  toRequest,
  underWay,
  unmade,
} from "./stages.ts";
import { NOTHING } from "./steps.ts";

/**
 * The first phase that is not done gives the next step of a copy. A step changes the record or the
 * cloud, and the next plan reads both again, so no copy passes two stages in one plan.
 */
export const LIFE: readonly Stage[] = [
  stage(every, locate, checkMaker, confirmLoss, resolveInDoubt),
  stage(toRequest, useOther, checkBlockers, claimName, request),
  stage(unmade, retireUnmade),
  stage(stuck, awaitRecheck),
  stage(underWay, followProgress, tag, rename, leaveFamily, publish, share, complete),
  stage(ready, retire, discardAdoption),
  stage(retired, revive),
  stage(kept, awaitSweep, noticeUndeprecated, reshare, repair),
  stage(left, finishRollback, reshare, abandonRepair),
  stage(retired, followSource, prune),
];

/** The next step of one copy. Called again after every change, until nothing is left to do. */
export function nextStep(copyCase: CopyCase, ctx: PlanContext, life: readonly Stage[] = LIFE): Step {
  for (const { select, phases } of life) {
    const selected = select(copyCase, ctx);
    const step = selected ? firstStep(phases, selected as never, ctx) : "done";
    if (step !== "done") return step;
  }
  return NOTHING;
}
