// Shares a copy with the accounts of its policy, the last call before it is ready.
import { journal } from "../../../model/messages/journal.ts";
import { lifecycleText } from "../../../model/messages/lifecycle.ts";
import { reason } from "../../../model/messages/reasons.ts";
import { RECHECK_AFTER } from "../../../model/time.ts";
import type { Reason } from "../../../model/types.ts";
import { completed, finishing, stuck } from "../../transitions.ts";
import type { PlanContext, Step } from "../../types.ts";
import { isLeftOut } from "../../upkeep/giving/refusals.ts";
import { missingShares } from "../../upkeep/giving/shares.ts";
import type { UnderWay } from "../stages.ts";
import { baseOf, recordChange, wait } from "../steps.ts";
import { carryOut, stuckAfter } from "./carry-out.ts";
import { isUnnamed } from "./publish.ts";

/**
 * The shares come last, because a shared image cannot be modified. An account that the cloud
 * refuses does not hold up the copy.
 */
export function share(copyCase: UnderWay, ctx: PlanContext): Step | "done" {
  const { image, desired } = copyCase;
  if (!desired || desired.publication.shareWith.length === 0 || isUnnamed(copyCase)) return "done";
  const shares = missingShares(image, desired.publication.shareWith, ctx.answers);
  if ("questions" in shares) return shares;
  if ("problem" in shares) return unknownShares(copyCase, shares.problem, ctx);
  const accounts = shares.missing.filter((account) => !isLeftOut(copyCase.record, "account", account, ctx.now));
  if (accounts.length === 0) return "done";
  return carryOut(copyCase, { attribute: "shares", call: (copy) => ({ do: "share", copy, image, accounts }) }, ctx);
}

/**
 * The shares that are still missing cannot be read. After `stuckAfter` the copy is blocked and is
 * read more rarely.
 */
function unknownShares(copyCase: UnderWay, problem: Reason, ctx: PlanContext): Step {
  const { record: copy, image, desired } = copyCase;
  const { imageId } = image;
  const base = baseOf(copyCase, ctx);
  if (copy.phase === "copying")
    return { ...recordChange(finishing(base, copy), journal("finishing", { imageId, publishing: false })), problem };
  if (copy.phase === "finishing" && ctx.now - copy.progressedAt <= stuckAfter(desired)) return { problem };
  const { text } = lifecycleText("shares-unread", { imageId, text: problem.text });
  const unread: Reason = { ...problem, text };
  const next = stuck(base, copy, unread, ctx.now + RECHECK_AFTER);
  return { ...recordChange(next, journal("stuck", { text })), problem };
}

/**
 * Nothing is left to do: the copy is ready. Not if an incomplete observation does not show whether a
 * policy still selects it; tags and name are set anyway.
 */
export function complete(copyCase: UnderWay, ctx: PlanContext): Step {
  const { key, record, image, desired, isOrphaned } = copyCase;
  if (!desired && !isOrphaned && !ctx.isSourceRevoked(key)) return wait(copyCase, reason("undetermined"));
  const { imageId, name } = image;
  return recordChange(completed(baseOf(copyCase, ctx), record, name), journal("ready", { imageId, name }));
}
