// Gives back the shares that a call of this program removed, because a shared image cannot be modified.
import { journal } from "../../../model/messages/journal.ts";
import { difference } from "../../../model/messages/upkeep.ts";
import type { Shared } from "../../lifecycle/stages.ts";
import { recordChange } from "../../lifecycle/steps.ts";
import type { PlanContext, Step } from "../../types.ts";
import { rollbackDifference } from "../differences.ts";
import { repairNext } from "../try-repair.ts";
import { mayBeTakenBack } from "./given.ts";
import { isLeftOut, wasRefused } from "./refusals.ts";
import { missingShares } from "./shares.ts";

/**
 * Restores the shares that were removed temporarily and are not restored yet. The accounts that had them get
 * them back, also those that no policy says any more: only `take-back.ts` ends a share for good. A
 * rollback that has begun removes them again, so it comes first. An account that the cloud refuses is
 * tried again once a day and holds up nothing else; it is given up once its policies no longer name it.
 */
export function reshare(copyCase: Shared, ctx: PlanContext): Step | "done" {
  const { record, image } = copyCase;
  const { pendingReshare, ...rest } = record;
  if (!pendingReshare || rollbackDifference(copyCase)) return "done";
  const shares = missingShares(image, pendingReshare, ctx.answers);
  if (!("missing" in shares)) return shares;
  const missing = shares.missing.filter((account) => !isGivenUp(account, copyCase, ctx));
  const accounts = missing.filter((account) => !isLeftOut(record, "account", account, ctx.now));
  const message = journal("shared", { imageId: image.imageId, accounts: pendingReshare, again: true });
  if (missing.length === 0) return recordChange({ ...rest, updatedAt: ctx.now }, message);
  if (accounts.length === 0) return "done";
  const what = difference("shares-removed-temporarily", { accounts }).text;
  return repairNext(copyCase, [{ what, call: (copy) => ({ do: "share", copy, image, accounts }) }], ctx);
}

/** The cloud refuses the account, and it would be taken back in any case: no policy names it any more. */
function isGivenUp(account: string, { record }: Shared, { policies }: PlanContext): boolean {
  if (!wasRefused(record, "account", account)) return false;
  if (policies.some(({ copy }) => copy.shareWith.includes(account))) return false;
  return record.given === undefined || mayBeTakenBack(record.given, policies).accounts.includes(account);
}
