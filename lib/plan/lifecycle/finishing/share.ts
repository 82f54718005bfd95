// Shares a copy with the accounts of its policy, the last call before it is ready.
import { journal } from "../../../model/messages/journal.ts";
import { lifecycleText } from "../../../model/messages/lifecycle.ts";
import { RECHECK_AFTER } from "../../../model/time.ts";
import type { Copy, Reason } from "../../../model/types.ts";
import { baseOf, NOTHING, recordChange } from "../../transitions.ts";
import type { PlanContext, Step } from "../../types.ts";
import { missingShares } from "../../upkeep/shares.ts";
import type { UnderWay } from "../stages.ts";
import { carryOut, stuckAfter } from "./carry-out.ts";

/** The shares come last, because a shared image cannot be modified. */
export function share(copyCase: UnderWay, ctx: PlanContext): Step | "done" {
  const { image, desired } = copyCase;
  if (!desired || desired.publication.shareWith.length === 0) return "done";
  const shares = missingShares(image, desired.publication.shareWith, ctx.answers);
  if ("questions" in shares) return shares;
  if ("problem" in shares) return unknownShares(copyCase, shares.problem, ctx);
  const { missing: accounts } = shares;
  if (accounts.length === 0) return "done";
  return carryOut(copyCase, { attribute: "shares", call: (copy) => ({ do: "share", copy, image, accounts }) }, ctx);
}

/**
 * The shares that are still missing cannot be read. After `stuckAfter` the copy is blocked and is
 * read more rarely.
 */
function unknownShares(copyCase: UnderWay, problem: Reason, ctx: PlanContext): Step {
  const { record: copy, image, desired } = copyCase;
  const { claim } = copy;
  const { imageId } = image;
  const base = baseOf(copyCase, ctx);
  if (copy.state === "copying") {
    const finishing: Copy = { ...base, state: "finishing", claim, imageId, progressedAt: ctx.now };
    return { ...recordChange(finishing, journal("finishing", { imageId, publishing: false })), problem };
  }
  if (copy.state === "finishing" && ctx.now - copy.progressedAt <= stuckAfter(desired)) return { problem };
  const { text } = lifecycleText("shares-unread", { imageId, text: problem.text });
  const unread: Reason = { ...problem, text };
  const notBefore = ctx.now + RECHECK_AFTER;
  const blocked: Copy = { ...base, state: "blocked", claim, imageId, reason: unread, notBefore };
  return { ...recordChange(blocked, journal("stuck", { text })), problem };
}

/**
 * Nothing is left to do: the copy is ready. Not if an incomplete observation does not show whether a
 * policy still selects it; tags and name are set anyway.
 */
export function complete(copyCase: UnderWay, ctx: PlanContext): Step {
  const { key, record, image, desired, isOrphaned } = copyCase;
  if (!desired && !isOrphaned && !ctx.isSourceRevoked(key)) return NOTHING;
  const { imageId, name } = image;
  const { claim } = record;
  const next: Copy = {
    ...baseOf(copyCase, ctx),
    attempts: 0,
    state: "ready",
    imageId,
    name,
    readyAt: ctx.now,
    adopted: false,
    ...(claim.claimant.id !== "recovered" && { durationMs: ctx.now - claim.claimedAt }),
  };
  return recordChange(next, journal("ready", { imageId, name }));
}
