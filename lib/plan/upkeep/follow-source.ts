// An orphaned copy follows the recall of its source, is deprecated by age, and leaves its family for a newer version.
import { isProven } from "../../model/identity.ts";
import { RECALLED, SUPERSEDED } from "../../model/messages/reasons.ts";
import type { Policy } from "../../model/policy.ts";
import { endRecall, followRecall } from "../family/recall/follow-recall.ts";
import { reportUnfollowed } from "../family/recall/report-unfollowed.ts";
import type { RetiredCase } from "../lifecycle/stages.ts";
import type { PlanContext, Step } from "../types.ts";
import { deprecate, emptyFamily, WRONGLY_LEADING } from "./differences.ts";
import { accountsOfPolicies, mayHaveCreated } from "./giving/shares.ts";
import { takeBackOrphaned } from "./giving/take-back.ts";
import { prune } from "./pruning/prune.ts";
import { endRepair, isTried, repairNext } from "./try-repair.ts";

/**
 * The upkeep of an orphaned copy: it follows the recall of its source and the end of it, is
 * deprecated after `deprecateAfter`, and leaves its family if the family points to it instead of to a
 * newer version. What its policy no longer says is taken back.
 */
export function followSource(copyCase: RetiredCase, ctx: PlanContext): Step | "done" {
  const { key, record: copy, image } = copyCase;
  const policy =
    ctx.policies.find(({ name }) => name === copy.policy) ?? ctx.policies.find((one) => mayHaveCreated(copy, one));
  // An intermediate copy is in no family, and is deleted.
  const isRecalled = ctx.recall.isRecalled(key) && copy.reason.code !== SUPERSEDED.code;
  if (!isProven(image, key) || copy.adopted || !policy?.enabled || image.state !== "NORMAL") {
    const reported = isRecalled && reportUnfollowed(copyCase, policy, ctx);
    return reported ? withPruning(reported, copyCase, ctx) : "done";
  }
  const shared = { ...copyCase, shareWith: accountsOfPolicies(copy, ctx.policies) };
  if (isRecalled || copy.reason.code === RECALLED.code) {
    const step = isRecalled ? followRecall(shared, ctx) : endRecall(shared, ctx);
    if (step === "done") return takeBackOrphaned(copyCase, ctx) ?? step;
    return step.change || step.call ? step : withPruning(step, copyCase, ctx);
  }
  if (!ctx.sweep && isTried(copy, WRONGLY_LEADING)) return "done";
  if (isDueForDeprecation(copyCase, policy, ctx) && !image.deprecated) {
    const record = { ...copy, deprecatedByUs: true, deprecatedByAge: true } as const;
    return repairNext({ ...copyCase, record }, [deprecate(shared)], ctx);
  }
  if (ctx.isWronglyLeading(image)) return repairNext(copyCase, [emptyFamily(shared)], ctx);
  const takenBack = takeBackOrphaned(copyCase, ctx);
  if (takenBack) return takenBack;
  return copy.repair ? endRepair(copyCase, [], ctx) : "done";
}

/** A copy that only reports something may be deleted all the same, or says why it is not. */
function withPruning(reported: Step, copyCase: RetiredCase, ctx: PlanContext): Step {
  const pruned = prune(copyCase, ctx);
  if (pruned === "done") return reported;
  return pruned.call ? pruned : { ...reported, ...pruned };
}

/**
 * Whether `deprecateAfter` has passed since the copy was orphaned. The last usable version is not
 * deprecated, because its family would have no image then. Only a sweep shows what replaces it.
 */
function isDueForDeprecation({ record }: RetiredCase, { prune }: Policy, ctx: PlanContext): boolean {
  if (prune.deprecateAfter === undefined) return false;
  // Begun and not finished yet; or done, and a person has ended the deprecation.
  if (record.deprecatedByAge) return record.repair !== undefined;
  const isOld = ctx.now >= record.since + prune.deprecateAfter;
  return ctx.sweep && isOld && ctx.usable.replacementsOf(record).length > 0;
}
