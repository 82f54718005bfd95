// Why an orphaned copy is not deleted: the first check that holds decides.
import { isIntermediate, isProven, tokenIn } from "../../../model/identity.ts";
import { reason } from "../../../model/messages/reasons.ts";
import { answerTo, type Question, seen, sharesOf, usesOf } from "../../../model/observation.ts";
import { formatDuration, iso, shortestPruneAge } from "../../../model/time.ts";
import type { Reason, Retired } from "../../../model/types.ts";
import type { RetiredCase } from "../../lifecycle/stages.ts";
import type { PlanContext } from "../../types.ts";
import { mayBeTakenBack } from "../giving/given.ts";
import { isKeptAsLast } from "./last-versions.ts";
import { rulesFor } from "./rules.ts";

/**
 * What the records, the policies and the image itself show. The age comes last: it passes by itself,
 * and the others do not.
 */
export const WHY_RETAINED: readonly ((copyCase: RetiredCase, ctx: PlanContext) => Reason | undefined)[] = [
  whyAdopted,
  whyForbidden,
  whyUnfinished,
  whyNotProven,
  whyParent,
  whyNeeded,
  whyTooSoon,
];

/** What only an answer of the cloud shows: the reason, or the question that is still open. */
export const WHY_IN_USE: readonly ((copyCase: RetiredCase, ctx: PlanContext) => Reason | Question | undefined)[] = [
  whyUsed,
  whyPointedTo,
  whyShared,
];

/** Whether the copy exists only to be encrypted. */
export function isIntermediateOnly({ key, record, image }: RetiredCase): boolean {
  return isIntermediate(image, key) && !record.desiredDirectly && isProven(image, key);
}

function whyAdopted({ record }: RetiredCase): Reason | undefined {
  const { adopted, installation } = record;
  if (installation !== undefined) return reason("other-installation", { installation });
  return adopted ? reason("adopted") : undefined;
}

function whyForbidden(copyCase: RetiredCase, ctx: PlanContext): Reason | undefined {
  if (isForPolicies(copyCase, ctx)) return whyNotPermitted(copyCase.record, ctx);
  return isSuperseded(copyCase, ctx) ? undefined : reason("not-superseded");
}

function whyUnfinished({ image: { state, name } }: RetiredCase): Reason | undefined {
  return state !== "NORMAL" || tokenIn(name) ? reason("unfinished", { state }) : undefined;
}

function whyNotProven({ key, image }: RetiredCase): Reason | undefined {
  return isProven(image, key) ? undefined : reason("no-lineage");
}

function whyParent({ key, image }: RetiredCase, ctx: PlanContext): Reason | undefined {
  return ctx.isParent(image, key) ? reason("is-parent") : undefined;
}

/**
 * Whether the policies decide about the deletion. Of an intermediate copy they do only if no encrypted
 * copy was made from it, and none is desired any more.
 */
function isForPolicies(copyCase: RetiredCase, ctx: PlanContext): boolean {
  const { key } = copyCase;
  if (!isIntermediateOnly(copyCase)) return true;
  if (isSuperseded(copyCase, ctx) || !ctx.sweep) return false;
  return ctx.desiredFrom(key).length === 0 && !ctx.isSourceRevoked(key);
}

/** Whether an encrypted copy made from this intermediate copy is finished and visible in the cloud. */
function isSuperseded({ record: copy, image: intermediate }: RetiredCase, ctx: PlanContext): boolean {
  return ctx.encryptedOf(copy.key).some((encrypted) => {
    // An orphaned encrypted copy (retired) is finished, too.
    if (encrypted.phase !== "ready" && encrypted.phase !== "retired") return false;
    if (encrypted.missingSince !== undefined) return false;
    const image = seen(ctx.observation, { region: encrypted.key.region, imageId: encrypted.imageId });
    if (typeof image === "string" || image.state !== "NORMAL" || tokenIn(image.name)) return false;
    // An older orphaned one has another key, and was made from another intermediate copy.
    return isProven(image, encrypted.key) && (encrypted.phase === "ready" || image.createdAt >= intermediate.createdAt);
  });
}

/**
 * Why the policies do not permit the deletion: every policy that selects the source, or may have
 * selected it, must permit it.
 */
function whyNotPermitted(copy: Retired, ctx: PlanContext): Reason | undefined {
  const own = ctx.policies.find(({ name }) => name === copy.policy);
  if (!own) return reason("policy-gone", { policy: copy.policy });
  if (!own.enabled) return reason("policy-disabled", { policy: own.name });
  const { against } = rulesFor(copy, ctx);
  return against && reason("not-permitted", { policy: against.name });
}

/**
 * Why it is too soon to decide: the copy has not been orphaned for long enough, or a source region
 * was not read. What uses the image is asked only then, because that takes many calls.
 */
function whyTooSoon(copyCase: RetiredCase, ctx: PlanContext): Reason | undefined {
  if (!isForPolicies(copyCase, ctx)) return undefined;
  const { record: copy } = copyCase;
  const minAge = Math.max(rulesFor(copy, ctx).minAge, shortestPruneAge(ctx.settle));
  const due = copy.since + minAge;
  if (ctx.now < due) {
    const dueAt = iso(Math.max(due, ctx.brake?.until ?? 0));
    return reason("too-recent", { minAge: formatDuration(minAge), dueAt });
  }
  const unread = ctx.policies.find(
    ({ enabled, from, select }) =>
      enabled && !from.every((region) => ctx.observation.regions.get(region)?.complete.has(select.type)),
  );
  return unread && reason("unread", { policy: unread.name });
}

/** Why the region needs the copy: nothing usable replaces it, or its policy keeps the newest ones. */
function whyNeeded(copyCase: RetiredCase, ctx: PlanContext): Reason | undefined {
  const { key, record } = copyCase;
  // An intermediate copy was never published; `whyForbidden` decides.
  if (isIntermediateOnly(copyCase)) return undefined;
  if (isKeptAsLast(record, ctx)) return reason("last-version", { region: key.region });
  const { keep } = rulesFor(record, ctx);
  return ctx.usable.newerOrphans(record) < keep ? reason("kept", { keep, policy: record.policy }) : undefined;
}

/** Whether accounts share the image that this program may not unshare, or any if they keep it. */
function whyShared({ record, image }: RetiredCase, ctx: PlanContext): Question | Reason | undefined {
  const question = sharesOf(image);
  const answer = answerTo(ctx.answers, question);
  if (!answer) return question;
  if ("unanswerable" in answer) return answer.unanswerable;
  const listed = ctx.policies.filter(({ name }) => name === record.policy).flatMap((policy) => policy.copy.shareWith);
  const ours = [...listed, ...mayBeTakenBack(record.given, ctx.policies).accounts];
  const { imageId, region } = image;
  const outside = answer.value.filter((account) => !ours.includes(account));
  if (outside.length > 0) return reason("shared-outside", { imageId, region, accounts: outside });
  if (answer.value.length === 0) return undefined;
  if (rulesFor(record, ctx).shared !== "delete") return reason("shared", { accounts: answer.value });
  return whyStillNeeded(
    record,
    answer.value.filter((account) => listed.includes(account)),
    ctx,
  );
}

/**
 * Accounts that the policy still names lose the copy only if they have another one: a version that
 * replaces it and is shared with all of them.
 */
function whyStillNeeded(record: Retired, accounts: readonly string[], ctx: PlanContext): Question | Reason | undefined {
  if (accounts.length === 0 || ctx.mayDeleteLast(record.key) || rulesFor(record, ctx).last) return undefined;
  const questions = ctx.usable
    .replacementsOf(record)
    .map(({ key: { region }, imageId }) => sharesOf({ region, imageId }));
  const answers = questions.map((question) => answerTo(ctx.answers, question));
  if (answers.some((one) => one && "value" in one && accounts.every((account) => one.value.includes(account))))
    return undefined;
  return questions.find((_, i) => answers[i] === undefined) ?? reason("replacement-unshared", { accounts });
}

/** Whether the use of the image blocks the deletion, or the question that must be answered. */
function whyUsed({ record, image }: RetiredCase, ctx: PlanContext): Question | Reason | undefined {
  const question = usesOf(image, rulesFor(record, ctx).templateVersions);
  const answer = answerTo(ctx.answers, question);
  if (!answer) return question;
  if ("unanswerable" in answer) return answer.unanswerable;
  return answer.value === undefined ? undefined : reason("in-use", { user: answer.value });
}

/**
 * Whether the image's family blocks the deletion, or the question that must be answered. A user who
 * wants the last version deleted wants its family emptied; a policy never empties one.
 */
function whyPointedTo({ key, record, image }: RetiredCase, ctx: PlanContext): Question | Reason | undefined {
  if (!image.family || (ctx.mayDeleteLast(key) && ctx.usable.replacementsOf(record).length === 0)) return undefined;
  const question = { ask: "family", region: image.region, family: image.family } as const;
  const answer = answerTo(ctx.answers, question);
  if (!answer) return question;
  if ("unanswerable" in answer) return answer.unanswerable;
  if (answer.value !== image.imageId) return undefined;
  return reason("family-points-here", { family: image.family });
}
