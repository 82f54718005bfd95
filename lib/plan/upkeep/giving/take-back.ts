// What this program gave a finished copy and its policy no longer says: shares, tags, a family.

import { journal } from "../../../model/messages/journal.ts";
import { reason } from "../../../model/messages/reasons.ts";
import { difference } from "../../../model/messages/upkeep.ts";
import { answerTo, sharesOf } from "../../../model/observation.ts";
import type { Kept, RetiredCase, Shared } from "../../lifecycle/stages.ts";
import { recordChange } from "../../lifecycle/steps.ts";
import type { PlanContext, Step } from "../../types.ts";
import { type Compared, modify } from "../differences.ts";
import { type Difference, repairNext } from "../try-repair.ts";
import { whyBraked } from "./brake.ts";
import { accountsGiven, isGivenOnly, isTaggedOnly, mayBeTakenBack, onlyAccounts } from "./given.ts";
import { accountsOfPolicies, mayHaveCreated } from "./shares.ts";

/** A copy that loses more accounts than this, and more than half of all, waits for the user. */
const MANY_ACCOUNTS = 3;

/** Accounts that this program shared the image with, and that the policies no longer name. */
export function endShares(copyCase: Shared, ctx: PlanContext): Compared {
  const { record, image, shareWith } = copyCase;
  if (isGivenOnly(record.given, shareWith)) return undefined;
  const { accounts: ours } = mayBeTakenBack(record.given, ctx.policies);
  const unnamed = ours.filter((account) => !shareWith.includes(account));
  if (unnamed.length === 0) return undefined;
  const question = sharesOf(image);
  const answer = answerTo(ctx.answers, question);
  if (!answer) return { questions: [question] };
  if ("unanswerable" in answer) return { problem: answer.unanswerable };
  const accounts = answer.value.filter((account) => unnamed.includes(account));
  if (accounts.length === 0) return undefined;
  const isMost = accounts.length > MANY_ACCOUNTS && accounts.length * 2 > answer.value.length;
  if (isMost && !ctx.acceptUnshare) {
    const { imageId, region } = image;
    return { problem: reason("loses-most-shares", { imageId, region, accounts, total: answer.value.length }) };
  }
  const what = difference("shares-ended", { accounts }).text;
  return { what, call: (copy) => ({ do: "unshare", copy, image, accounts }), always: true, takesBack: true };
}

/**
 * Tags that this program set, that still have our value, and that the policies no longer say. The
 * refreshed record has forgotten a tag with another value.
 */
export function removeTags({ record, image, desired }: Kept, ctx: PlanContext): Compared {
  const isSaid = (key: string) => Object.hasOwn(desired.settings.tags, key);
  if (isTaggedOnly(record.given, isSaid)) return undefined;
  const { tags } = mayBeTakenBack(record.given, ctx.policies);
  const keys = Object.keys(tags).filter((key) => !isSaid(key));
  if (keys.length === 0) return undefined;
  const what = difference("tags-removed", { keys }).text;
  return { what, call: (copy) => ({ do: "untag", copy, image, keys }), always: true, takesBack: true };
}

/** The family that this program gave the image, if its policies say none, or another one that it does not lead. */
export function leaveFamily(copyCase: Kept, ctx: PlanContext): Compared {
  const { family } = copyCase.desired.publication;
  if (copyCase.image.family === family) return undefined;
  // The leader moves to its new family in one call.
  return family !== undefined && ctx.leads(copyCase.key) ? undefined : outOfFamily(copyCase, [family], ctx);
}

function outOfFamily(
  copyCase: Shared,
  said: readonly (string | undefined)[],
  { policies }: PlanContext,
): Difference | undefined {
  const { record, image } = copyCase;
  const { family } = image;
  if (!family || said.includes(family)) return undefined;
  if (!mayBeTakenBack(record.given, policies).families.includes(family)) return undefined;
  const what = difference("family-left", { family }).text;
  return { what, call: modify(copyCase, { family: "" }), always: true, takesBack: true };
}

/**
 * An orphaned copy loses its shares and its family as well. Undefined if there is nothing to do now:
 * what waits must not keep the copy from being pruned.
 */
export function takeBackOrphaned(copyCase: RetiredCase, ctx: PlanContext): Step | undefined {
  const { record, image, isOrphaned } = copyCase;
  if (!isOrphaned || !ctx.sweep || record.adopted || image.state !== "NORMAL" || whyBraked(ctx)) return undefined;
  // The command prune deletes the copy with everything.
  if (ctx.mayDeleteLast(record.key)) return undefined;
  const shared = { ...copyCase, shareWith: accountsOfPolicies(record, ctx.policies) };
  const said = ctx.policies
    .filter((policy) => mayHaveCreated(record, policy))
    .map(({ copy: { family } }) => (family === "inherit" ? record.rootFamily : family));
  const compared = endShares(shared, ctx) ?? outOfFamily(shared, said, ctx);
  if (!compared) return forgetEnded(shared, ctx);
  if (!("what" in compared)) return compared;
  const step = repairNext(copyCase, [compared], ctx);
  return step.call ? step : undefined;
}

/** A share of an orphaned copy has ended: it is not taken back again if a person adds it later. */
function forgetEnded({ record, image, shareWith }: Shared, ctx: PlanContext): Step | undefined {
  const answer = answerTo(ctx.answers, sharesOf(image));
  if (!record.given || !answer || "unanswerable" in answer) return undefined;
  const present = [...answer.value, ...shareWith, ...(record.pendingReshare ?? [])];
  if (accountsGiven(record.given).every((account) => present.includes(account))) return undefined;
  const given = onlyAccounts(record.given, present);
  const { imageId } = image;
  const message = journal("refreshed", { imageId, policy: record.policy, family: record.family });
  return recordChange({ ...record, given, updatedAt: ctx.now }, message);
}
