// Why an unwanted copy is kept: policy, age, users, shares, family.
import { copyId, IGNORE_TAG, isProven, tokenIn } from "../../model/identity.ts";
import { answerTo, type Observation, type Question, seen, sharesOf, usesOf } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import { CLOCK_SKEW, formatDuration, iso } from "../../model/time.ts";
import type { Copy, Image, Reason, Retired } from "../../model/types.ts";
import { whyNotSelected } from "../../policy/values/select.ts";
import type { PlanContext } from "../types.ts";

/** A plain copy that was there only to be encrypted goes once the encrypted one is ready, and seen to be there. */
export function whyNotSuperseded(
  copy: Retired,
  step: Image,
  observation: Observation,
  ctx: PlanContext,
): Reason | undefined {
  const isReady = ctx.encryptedOf(copy.key).some((encrypted) => {
    // One that nobody wants any more is finished all the same.
    if (encrypted.state !== "ready" && encrypted.state !== "retired") return false;
    if (encrypted.imageId === undefined || encrypted.missingSince !== undefined) return false;
    const image = seen(observation, { region: encrypted.key.region, imageId: encrypted.imageId });
    if (typeof image === "string" || image.state !== "NORMAL" || tokenIn(image.name)) return false;
    // One that is older and nobody wants was made with another key, and not of this.
    return isProven(image, encrypted.key) && (encrypted.state === "ready" || image.createdAt >= step.createdAt);
  });
  if (isReady) return undefined;
  const key = copyId(copy.key);
  const isNeeded = [...ctx.desiredCopies.values()].some(({ parent }) => parent !== undefined && copyId(parent) === key);
  // Where nobody wants the encrypted one any more, the policy decides as of any other copy.
  return ctx.sweep && !isNeeded && !ctx.isSourceRevoked(copy.key)
    ? whyNotPermitted(copy, observation, ctx)
    : { code: "not-superseded", text: "the encrypted copy is not there" };
}

/** Every policy that selects the source, or may have, must permit it; and for long enough nobody has wanted the copy. */
export function whyNotPermitted(copy: Retired, observation: Observation, ctx: PlanContext): Reason | undefined {
  const own = ctx.policies.find(({ name }) => name === copy.policy);
  if (!own)
    return { code: "policy-gone", text: `the policy ${copy.policy || "that wanted it"} is not in the file any more` };
  if (!own.enabled) return { code: "policy-disabled", text: `the policy ${own.name} is disabled` };
  const others = ctx.policies.filter((policy) => policy !== own && maySelect(policy, copy, observation, ctx));
  const against = [own, ...others].find(({ prune }) => !prune.delete);
  if (against) {
    const text = `the policy ${against.name} does not permit it`;
    return { code: "not-permitted", text, remedy: "set prune: { delete: true } there if it is to be deleted" };
  }
  const minAge = Math.max(...[own, ...others].map(({ prune }) => prune.minAge), ctx.settle + CLOCK_SKEW);
  const due = (copy.since ?? copy.updatedAt) + minAge;
  if (ctx.now < due)
    return {
      code: "too-recent",
      text: `not wanted for less than ${formatDuration(minAge)}; deleted from ${iso(due)} on`,
    };
  const unread = ctx.policies.find(
    ({ enabled, from, select }) =>
      enabled && !from.every((region) => observation.regions.get(region)?.complete.has(select.type)),
  );
  if (unread)
    return { code: "unread", text: `not every region that the policy ${unread.name} copies from could be read` };
  return undefined;
}

/** Whether a policy selects the source but for a recall, its age and its number, or did so before the source was gone. */
function maySelect(policy: Policy, { key }: Copy, observation: Observation, ctx: PlanContext): boolean {
  // One that is disabled may have wanted it, too, and may come back.
  if (!policy.from.includes(key.rootRegion)) return false;
  const root = seen(observation, { region: key.rootRegion, imageId: key.rootId });
  if (typeof root === "string") return policy.to.includes(key.region) || key.region === key.rootRegion;
  // What a recall hides: a policy that takes other images has no say in it.
  const { [IGNORE_TAG]: _, ...tags } = root.tags;
  const reason = whyNotSelected(policy.select, { ...root, deprecated: false, tags }, ctx.now);
  return !reason || reason.code === "too-young";
}

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
  return {
    code: "shared-outside",
    text: `it is shared with ${outside.join(", ")}, which no policy says`,
    remedy: "end that sharing",
  };
}

export function whyUsed(image: Image, ctx: PlanContext): Question | Reason | undefined {
  const question = usesOf(image);
  const answer = answerTo(ctx.answers, question);
  if (!answer) return question;
  if ("unanswerable" in answer) return answer.unanswerable;
  return answer.value === undefined ? undefined : { code: "in-use", text: `it is used by ${answer.value}` };
}

export function whyPointedTo(image: Image, ctx: PlanContext): Question | Reason | undefined {
  if (!image.family) return undefined;
  const question = { ask: "family", region: image.region, family: image.family } as const;
  const answer = answerTo(ctx.answers, question);
  if (!answer) return question;
  if ("unanswerable" in answer) return answer.unanswerable;
  if (answer.value !== image.imageId) return undefined;
  return {
    code: "family-points-here",
    text: `the family ${image.family} points to it`,
    remedy: "publish another version, or: cvm-replicator rollback",
  };
}
