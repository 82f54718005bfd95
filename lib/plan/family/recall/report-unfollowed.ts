// A recalled copy that this program may not change, so that a person has to take it out of use.
import { isIntermediate, isProven } from "../../../model/identity.ts";
import { reason } from "../../../model/messages/reasons.ts";
import type { Policy } from "../../../model/policy.ts";
import type { RetiredCase } from "../../lifecycle/stages.ts";
import type { PlanContext, Step } from "../../types.ts";
import { isPointedTo } from "./pointed-to.ts";

/**
 * The problem that a recall does not reach this copy, as long as the image is not deprecated or its
 * family points to it all the same. `policy`: the one that this copy belongs to, if there is one.
 * Undefined if the program changes the copy itself, or nothing is left to do.
 */
export function reportUnfollowed(
  copyCase: RetiredCase,
  policy: Policy | undefined,
  ctx: PlanContext,
): Pick<Step, "problem" | "questions"> | undefined {
  const { key, record, image } = copyCase;
  const cause = whyUnchanged(copyCase, policy, ctx);
  // An intermediate copy is in no family, and is deleted.
  if (cause === undefined || !ctx.sweep || image.state !== "NORMAL" || isIntermediate(image, key)) return undefined;
  if (image.deprecated) {
    // A person may have put it into a family that is not ours.
    if (image.family === undefined || image.family !== record.family) return undefined;
    const isCurrent = isPointedTo(image, ctx);
    if (typeof isCurrent === "object") return isCurrent;
    if (!isCurrent) return undefined;
  }
  const { imageId, region, family } = image;
  return { problem: reason("recall-not-followed", { imageId, region, family, rootId: key.rootId, cause }) };
}

/** Why the program does not change the copy. Another installation follows the recall itself, if it still runs. */
function whyUnchanged(
  { key, record, image }: RetiredCase,
  policy: Policy | undefined,
  { now }: PlanContext,
): string | undefined {
  const { adopted, installation, since } = record;
  if (installation !== undefined) {
    const isOverdue = now - since > (policy?.stuckAfter ?? 0);
    return isOverdue ? reason("other-installation", { installation }).text : undefined;
  }
  if (adopted) return reason("adopted").text;
  if (!isProven(image, key)) return reason("no-lineage").text;
  if (!policy) return reason("policy-gone", { policy: record.policy }).text;
  return policy.enabled ? undefined : reason("policy-disabled", { policy: policy.name }).text;
}
