// Why an orphaned copy is not deleted: the first check that holds decides.
import { IGNORE_TAG, isIntermediate, isProven, tokenIn } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import { answerTo, type Question, seen, sharesOf, usesOf } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import { CLOCK_SKEW, formatDuration, iso } from "../../model/time.ts";
import type { Copy, Reason, Retired } from "../../model/types.ts";
import { whyNotSelected } from "../../policy/values/select.ts";
import type { RetiredCase } from "../lifecycle/stages.ts";
import type { PlanContext } from "../types.ts";

/** What the records, the policies and the image itself show. */
export const WHY_RETAINED: readonly ((copyCase: RetiredCase, ctx: PlanContext) => Reason | undefined)[] = [
  whyAdopted,
  whyForbidden,
  whyUnfinished,
  whyNotProven,
  whyParent,
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
  return record.adopted ? reason("adopted") : undefined;
}

function whyForbidden(copyCase: RetiredCase, ctx: PlanContext): Reason | undefined {
  return isIntermediateOnly(copyCase) ? whyNotSuperseded(copyCase, ctx) : whyNotPermitted(copyCase.record, ctx);
}

function whyUnfinished({ image: { state, name } }: RetiredCase): Reason | undefined {
  return state !== "NORMAL" || tokenIn(name) ? reason("unfinished", { state }) : undefined;
}

function whyNotProven({ key, image }: RetiredCase): Reason | undefined {
  return isProven(image, key) ? undefined : reason("no-lineage");
}

function whyParent({ image }: RetiredCase, ctx: PlanContext): Reason | undefined {
  return ctx.isParent(image) ? reason("is-parent") : undefined;
}

/**
 * Why an intermediate copy cannot be deleted: it can once an encrypted copy made from it is
 * finished and visible in the cloud. If no encrypted copy is desired any more, the policies decide
 * as for any other copy.
 */
function whyNotSuperseded({ record: copy, image: intermediate }: RetiredCase, ctx: PlanContext): Reason | undefined {
  const isReady = ctx.encryptedOf(copy.key).some((encrypted) => {
    // An orphaned encrypted copy (retired) is finished, too.
    if (encrypted.state !== "ready" && encrypted.state !== "retired") return false;
    if (encrypted.imageId === undefined || encrypted.missingSince !== undefined) return false;
    const image = seen(ctx.observation, { region: encrypted.key.region, imageId: encrypted.imageId });
    if (typeof image === "string" || image.state !== "NORMAL" || tokenIn(image.name)) return false;
    // An older orphaned one has another key, and was made from another intermediate copy.
    return isProven(image, encrypted.key) && (encrypted.state === "ready" || image.createdAt >= intermediate.createdAt);
  });
  if (isReady) return undefined;
  const isNeeded = ctx.desiredFrom(copy.key).length > 0;
  return ctx.sweep && !isNeeded && !ctx.isSourceRevoked(copy.key)
    ? whyNotPermitted(copy, ctx)
    : reason("not-superseded");
}

/**
 * Why the policies do not permit the deletion. Every policy that selects the source, or may have
 * selected it, must permit it, and the copy must have been orphaned for long enough.
 */
function whyNotPermitted(copy: Retired, ctx: PlanContext): Reason | undefined {
  const own = ctx.policies.find(({ name }) => name === copy.policy);
  if (!own) return reason("policy-gone", { policy: copy.policy });
  if (!own.enabled) return reason("policy-disabled", { policy: own.name });
  const others = ctx.policies.filter((policy) => policy !== own && maySelect(policy, copy, ctx));
  const against = [own, ...others].find(({ prune }) => !prune.delete);
  if (against) return reason("not-permitted", { policy: against.name });
  const minAge = Math.max(...[own, ...others].map(({ prune }) => prune.minAge), ctx.settle + CLOCK_SKEW);
  const due = (copy.since ?? copy.updatedAt) + minAge;
  if (ctx.now < due) return reason("too-recent", { minAge: formatDuration(minAge), dueAt: iso(due) });
  const unread = ctx.policies.find(
    ({ enabled, from, select }) =>
      enabled && !from.every((region) => ctx.observation.regions.get(region)?.complete.has(select.type)),
  );
  return unread && reason("unread", { policy: unread.name });
}

/**
 * Whether a policy selects the source apart from a recall, `minAge` and `newest`. If the source is
 * absent, whether the policy may have selected it before.
 */
function maySelect(policy: Policy, { key }: Copy, ctx: PlanContext): boolean {
  // A disabled policy counts as well: it may have selected the source, and may be enabled again.
  if (!policy.from.includes(key.rootRegion)) return false;
  const root = seen(ctx.observation, { region: key.rootRegion, imageId: key.rootId });
  if (typeof root === "string") return policy.to.includes(key.region) || key.region === key.rootRegion;
  // Ignore the marks of a recall, so that policies that select the image otherwise count.
  const { [IGNORE_TAG]: _, ...tags } = root.tags;
  const why = whyNotSelected(policy.select, { ...root, deprecated: false, tags }, ctx.now);
  return !why || why.code === "too-young";
}

/** Whether an account that its policy does not list shares the image. */
function whyShared({ record, image }: RetiredCase, ctx: PlanContext): Question | Reason | undefined {
  const question = sharesOf(image);
  const answer = answerTo(ctx.answers, question);
  if (!answer) return question;
  if ("unanswerable" in answer) return answer.unanswerable;
  const ours = ctx.policies.filter(({ name }) => name === record.policy).flatMap((policy) => policy.copy.shareWith);
  const outside = answer.value.filter((account) => !ours.includes(account));
  return outside.length === 0 ? undefined : reason("shared-outside", { accounts: outside });
}

/** Whether the use of the image blocks the deletion, or the question that must be answered. */
function whyUsed({ image }: RetiredCase, ctx: PlanContext): Question | Reason | undefined {
  const question = usesOf(image);
  const answer = answerTo(ctx.answers, question);
  if (!answer) return question;
  if ("unanswerable" in answer) return answer.unanswerable;
  return answer.value === undefined ? undefined : reason("in-use", { user: answer.value });
}

/** Whether the image's family blocks the deletion, or the question that must be answered. */
function whyPointedTo({ image }: RetiredCase, ctx: PlanContext): Question | Reason | undefined {
  if (!image.family) return undefined;
  const question = { ask: "family", region: image.region, family: image.family } as const;
  const answer = answerTo(ctx.answers, question);
  if (!answer) return question;
  if ("unanswerable" in answer) return answer.unanswerable;
  if (answer.value !== image.imageId) return undefined;
  return reason("family-points-here", { family: image.family });
}
