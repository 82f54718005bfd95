import type { Copy, Image, Policy, Reason } from "../types.ts";
import { formatDuration } from "./duration.ts";
import { copyBase, hasFailed } from "./found.ts";
import { IGNORE_TAG, isIntermediate, isProven, keyText, tokenIn } from "./mark.ts";
import { type Observation, seen } from "./observation.ts";
import { whyNotSelected } from "./policy/select.ts";
import { answerTo, type Question, sharesOf, usesOf } from "./questions.ts";
import { type Act, type Circumstances, iso, NOTHING, type Step } from "./step.ts";
import { CLOCK_SKEW, LOOK_AGAIN } from "./timing.ts";

type Retired = Extract<Copy, { state: "retired" }>;
type Deletion = Extract<Act, { do: "delete" }>;

/**
 * Whether a copy that nobody wants is deleted. Each of the questions has to be answered so that it may be; where one
 * cannot be answered, it stays.
 */
export function prune(copy: Retired, image: Image, observation: Observation, c: Circumstances): Step {
  const kept = (code: string, text: string, remedy?: string): Step => ({
    kept: { copy, image, reason: { code, text, ...(remedy !== undefined && { remedy }) } },
  });
  const step = isIntermediate(image, copy.key) && !copy.wantedItself && isProven(image, copy.key);
  // Asking who uses an image costs many calls: soon after it was retired, and then with each look at everything.
  if (!c.sweep && !(step && c.now - (copy.since ?? 0) < LOOK_AGAIN)) return NOTHING;
  if (copy.adopted) return kept("adopted", "it was made by other means");
  const forbidden = step ? whyNotSuperseded(copy, image, observation, c) : whyNotPermitted(copy, observation, c);
  if (forbidden) return { kept: { copy, image, reason: forbidden } };
  if (image.state !== "NORMAL" || tokenIn(image.name)) return kept("unfinished", `it is ${image.state}`);
  if (!isProven(image, copy.key)) return kept("no-lineage", "its lineage tags are not there, or are another image's");
  if (c.isParent(image)) return kept("is-parent", "a copy is being made from it");

  const shared = whyShared(copy, image, c);
  const used = whyUsed(image, c);
  const pointed = whyPointedTo(image, c);
  const asks = [shared, used, pointed].flatMap((found) => (found && "ask" in found ? [found] : []));
  if (asks.length > 0) return { asks };
  for (const found of [used, pointed, shared]) {
    if (found && "code" in found) return { kept: { copy, image, reason: found } };
  }
  const why = copy.reason.text;
  if (shared && "withdraw" in shared) return { act: { do: "withdraw", copy, image, accounts: shared.withdraw, why } };
  const { imageId: _, ...rest } = copy;
  const reason: Reason = { code: "pruned", text: `${image.imageId} was deleted: ${why}` };
  const done: Copy = { ...rest, ...copyBase(copy.key, copy, undefined, c.now), state: "retired", reason };
  return { act: { do: "delete", copy, image, sizeGiB: image.sizeGiB, why, done } };
}

/** What the cloud left of an attempt that failed, and is proven to be ours: it goes before the next attempt. */
export function removeFailed(copy: Copy | undefined, failed: readonly Image[], c: Circumstances): Deletion | undefined {
  if (!copy) return undefined;
  const isOurs = (image: Image) =>
    isProven(image, copy.key) || (tokenIn(image.name)?.claimNumber ?? Infinity) <= copy.claims;
  const [image] = failed.filter((one) => hasFailed(one) && isOurs(one) && !copy.leftBehind?.includes(one.imageId));
  if (!image) return undefined;
  const leftBehind = [...(copy.leftBehind ?? []), image.imageId];
  const refused = { ...copy, leftBehind, updatedAt: c.now };
  const why = `it is what is left of an attempt that failed (${image.state})`;
  return { do: "delete", copy, image, sizeGiB: image.sizeGiB, why, done: copy, refused };
}

/** A plain copy that was there only to be encrypted goes once the encrypted one is ready, and seen to be there. */
function whyNotSuperseded(copy: Retired, step: Image, observation: Observation, c: Circumstances): Reason | undefined {
  const isReady = c.encryptedOf(copy.key).some((encrypted) => {
    // One that nobody wants any more is finished all the same.
    if (encrypted.state !== "ready" && encrypted.state !== "retired") return false;
    if (encrypted.imageId === undefined || encrypted.missingSince !== undefined) return false;
    const image = seen(observation, { region: encrypted.key.region, imageId: encrypted.imageId });
    if (typeof image === "string" || image.state !== "NORMAL" || tokenIn(image.name)) return false;
    // One that is older and nobody wants was made with another key, and not of this.
    return isProven(image, encrypted.key) && (encrypted.state === "ready" || image.createdAt >= step.createdAt);
  });
  if (isReady) return undefined;
  const key = keyText(copy.key);
  const isNeeded = [...c.wants.values()].some(({ parent }) => parent !== undefined && keyText(parent) === key);
  // Where nobody wants the encrypted one any more, the policy decides as of any other copy.
  return c.sweep && !isNeeded && !c.isWithdrawn(copy.key)
    ? whyNotPermitted(copy, observation, c)
    : { code: "not-superseded", text: "the encrypted copy is not there" };
}

/** Every policy that selects the source, or may have, must permit it; and for long enough nobody has wanted the copy. */
function whyNotPermitted(copy: Retired, observation: Observation, c: Circumstances): Reason | undefined {
  const own = c.policies.find(({ name }) => name === copy.policy);
  if (!own)
    return { code: "policy-gone", text: `the policy ${copy.policy || "that wanted it"} is not in the file any more` };
  if (!own.enabled) return { code: "policy-disabled", text: `the policy ${own.name} is disabled` };
  const others = c.policies.filter((policy) => policy !== own && maySelect(policy, copy, observation, c));
  const against = [own, ...others].find(({ prune }) => !prune.delete);
  if (against) {
    const text = `the policy ${against.name} does not permit it`;
    return { code: "not-permitted", text, remedy: "set prune: { delete: true } there if it is to be deleted" };
  }
  const minAge = Math.max(...[own, ...others].map(({ prune }) => prune.minAge), c.settle + CLOCK_SKEW);
  const due = (copy.since ?? copy.updatedAt) + minAge;
  if (c.now < due)
    return {
      code: "too-recent",
      text: `not wanted for less than ${formatDuration(minAge)}; deleted from ${iso(due)} on`,
    };
  const unread = c.policies.find(
    ({ enabled, from, select }) =>
      enabled && !from.every((region) => observation.regions.get(region)?.complete.has(select.type)),
  );
  if (unread)
    return { code: "unread", text: `not every region that the policy ${unread.name} copies from could be read` };
  return undefined;
}

/** Whether a policy selects the source but for a recall, its age and its number, or did so before the source was gone. */
function maySelect(policy: Policy, { key }: Copy, observation: Observation, c: Circumstances): boolean {
  // One that is disabled may have wanted it, too, and may come back.
  if (!policy.from.includes(key.rootRegion)) return false;
  const root = seen(observation, { region: key.rootRegion, imageId: key.rootId });
  if (typeof root === "string") return policy.to.includes(key.region) || key.region === key.rootRegion;
  // What a recall hides: a policy that takes other images has no say in it.
  const { [IGNORE_TAG]: _, ...tags } = root.tags;
  const reason = whyNotSelected(policy.select, { ...root, deprecated: false, tags }, c.now);
  return !reason || reason.code === "too-young";
}

function whyShared(
  copy: Copy,
  image: Image,
  c: Circumstances,
): Question | Reason | { withdraw: readonly string[] } | undefined {
  const question = sharesOf(image);
  const answer = answerTo(c.answers, question);
  if (!answer) return question;
  if ("unanswerable" in answer) return answer.unanswerable;
  if (answer.value.length === 0) return undefined;
  const ours = c.policies.filter(({ name }) => name === copy.policy).flatMap((policy) => policy.copy.shareWith);
  const outside = answer.value.filter((account) => !ours.includes(account));
  if (outside.length === 0) return { withdraw: answer.value };
  return {
    code: "shared-outside",
    text: `it is shared with ${outside.join(", ")}, which no policy says`,
    remedy: "end that sharing",
  };
}

function whyUsed(image: Image, c: Circumstances): Question | Reason | undefined {
  const question = usesOf(image);
  const answer = answerTo(c.answers, question);
  if (!answer) return question;
  if ("unanswerable" in answer) return answer.unanswerable;
  return answer.value === undefined ? undefined : { code: "in-use", text: `it is used by ${answer.value}` };
}

function whyPointedTo(image: Image, c: Circumstances): Question | Reason | undefined {
  if (!image.family) return undefined;
  const question = { ask: "family", region: image.region, family: image.family } as const;
  const answer = answerTo(c.answers, question);
  if (!answer) return question;
  if ("unanswerable" in answer) return answer.unanswerable;
  if (answer.value !== image.imageId) return undefined;
  return {
    code: "family-points-here",
    text: `the family ${image.family} points to it`,
    remedy: "publish another version, or: cvm-replicator rollback",
  };
}
