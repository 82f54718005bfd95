// Gives back the shares that a call of this program removed, because a shared image cannot be modified.
import { journal } from "../../model/messages/journal.ts";
import { difference } from "../../model/messages/upkeep.ts";
import type { Shared } from "../lifecycle/stages.ts";
import { recordChange } from "../transitions.ts";
import type { PlanContext, Step } from "../types.ts";
import { rollbackDifference } from "./differences.ts";
import { missingShares } from "./shares.ts";
import { repairNext } from "./try-repair.ts";

/**
 * Restores the shares that were removed temporarily and are not restored yet, except for accounts
 * that `shareWith` no longer lists. A rollback that has begun removes them again, so it comes first.
 */
export function reshare(copyCase: Shared, ctx: PlanContext): Step | "done" {
  const { record, image, shareWith } = copyCase;
  const { pendingReshare, ...rest } = record;
  if (!pendingReshare || rollbackDifference(copyCase)) return "done";
  const wanted = pendingReshare.filter((account) => shareWith.includes(account));
  const shares = wanted.length === 0 ? { missing: [] } : missingShares(image, wanted, ctx.answers);
  if (!("missing" in shares)) return shares;
  const accounts = shares.missing;
  const message = journal("shared", { imageId: image.imageId, accounts: wanted, again: true });
  if (accounts.length === 0) return recordChange({ ...rest, updatedAt: ctx.now }, message);
  const what = difference("shares-removed-temporarily", { accounts }).text;
  return repairNext(copyCase, [{ what, call: (copy) => ({ do: "share", copy, image, accounts }) }], ctx);
}
