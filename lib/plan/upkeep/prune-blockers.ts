// Reasons not to delete an orphaned copy: policies, age, users, shares, family.
import { IGNORE_TAG, isProven, tokenIn } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import { answerTo, type Question, seen, sharesOf, usesOf } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import { CLOCK_SKEW, formatDuration, iso } from "../../model/time.ts";
import type { Copy, Image, Reason, Retired } from "../../model/types.ts";
import { whyNotSelected } from "../../policy/values/select.ts";
import type { PlanContext } from "../types.ts";

/**
 * Why an intermediate copy cannot be deleted: it can once an encrypted copy made from it is
 * finished and visible in the cloud. If no encrypted copy is desired any more, the policies decide
 * as for any other copy.
 */
export function whyNotSuperseded(copy: Retired, intermediate: Image, ctx: PlanContext): Reason | undefined {
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
export function whyNotPermitted(copy: Retired, ctx: PlanContext): Reason | undefined {
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

/**
 * Whether shares block the deletion. `unshare`: the accounts to stop sharing with first, if its
 * policy lists all of them. A question comes back if the shares are not known yet.
 */
export function whyShared(
  copy: Copy,
  image: Image,
  ctx: PlanContext,
): Question | Reason | { unshare: readonly string[] } | undefined {
  const question = sharesOf(image);
  const answer = answerTo(ctx.answers, question);
  if (!answer) return question;
  if ("unanswerable" in answer) return answer.unanswerable;
  if (answer.value.length === 0) return undefined;
  const ours = ctx.policies.filter(({ name }) => name === copy.policy).flatMap((policy) => policy.copy.shareWith);
  const outside = answer.value.filter((account) => !ours.includes(account));
  if (outside.length === 0) return { unshare: answer.value };
  return reason("shared-outside", { accounts: outside });
}

/** Whether the use of the image blocks the deletion, or the question that must be answered. */
export function whyUsed(image: Image, ctx: PlanContext): Question | Reason | undefined {
  const question = usesOf(image);
  const answer = answerTo(ctx.answers, question);
  if (!answer) return question;
  if ("unanswerable" in answer) return answer.unanswerable;
  return answer.value === undefined ? undefined : reason("in-use", { user: answer.value });
}

/** Whether the image's family blocks the deletion, or the question that must be answered. */
export function whyPointedTo(image: Image, ctx: PlanContext): Question | Reason | undefined {
  if (!image.family) return undefined;
  const question = { ask: "family", region: image.region, family: image.family } as const;
  const answer = answerTo(ctx.answers, question);
  if (!answer) return question;
  if ("unanswerable" in answer) return answer.unanswerable;
  if (answer.value !== image.imageId) return undefined;
  return reason("family-points-here", { family: image.family });
}
