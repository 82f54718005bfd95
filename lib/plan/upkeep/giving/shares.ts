// The accounts that a copy is or may be shared with, compared with those of its policies.
import { groupBy } from "../../../model/collections.ts";
import { reason } from "../../../model/messages/reasons.ts";
import { type Answers, answerTo, type Question, sharesOf } from "../../../model/observation.ts";
import type { Policy } from "../../../model/policy.ts";
import type { Copy, Image, Ready, Reason } from "../../../model/types.ts";
import type { PlanContext } from "../../types.ts";
import { mayBeTakenBack } from "./given.ts";

/**
 * Compares the shares of an image with `shareWith`. `missing`: accounts it must still be shared
 * with; `outside`: accounts it is shared with that the policy does not list. If the cloud has not
 * answered yet, or cannot: the questions or problem.
 */
export function missingShares(
  image: Image,
  shareWith: readonly string[],
  answers: Answers,
):
  | { readonly missing: readonly string[]; readonly outside: readonly string[] }
  | { readonly questions: readonly Question[] }
  | { readonly problem: Reason } {
  const question = sharesOf(image);
  const answer = answerTo(answers, question);
  if (!answer) return { questions: [question] };
  if ("unanswerable" in answer) return { problem: answer.unanswerable };
  return {
    missing: shareWith.filter((account) => !answer.value.includes(account)),
    outside: answer.value.filter((account) => !shareWith.includes(account)),
  };
}

/**
 * The accounts that a person shares the image with: no policy names them, and this program did not
 * share it for a policy that is in the file. Undefined if they are not known, or are as recorded.
 */
export function sharedByOthers(
  { given, sharedByOthers: reported = [] }: Ready,
  image: Image,
  shareWith: readonly string[],
  { answers, policies }: PlanContext,
): readonly string[] | undefined {
  const answer = answerTo(answers, sharesOf(image));
  if (!answer || "unanswerable" in answer) return undefined;
  const named = new Set([
    ...shareWith,
    ...mayBeTakenBack(given, policies).accounts,
    ...policies.flatMap((policy) => (policy.enabled ? [] : policy.copy.shareWith)),
  ]);
  const others = answer.value.filter((account) => !named.has(account));
  const isRecorded = others.length === reported.length && others.every((account) => reported.includes(account));
  return isRecorded ? undefined : others;
}

/** One warning for all copies that a person shares with the same accounts. */
export function sharedByHand(copies: readonly Copy[]): Reason[] {
  const shared = copies.flatMap((copy) => (copy.phase === "ready" && copy.sharedByOthers?.length ? [copy] : []));
  const groups = groupBy(shared, ({ sharedByOthers = [] }) => [...sharedByOthers].sort().join(" "));
  return [...groups.values()].flatMap(([first, ...others]) => (first ? [sharedReason(first, others.length + 1)] : []));
}

/** Says with which accounts a person shares a copy, and how many other copies. */
export function sharedReason({ imageId, key, sharedByOthers: accounts = [] }: Ready, copies = 1): Reason {
  return reason("shared-by-hand", { imageId, region: key.region, accounts, copies });
}

/** The accounts of all policies that created the copy or may have created it. */
export function accountsOfPolicies(copy: Copy, policies: readonly Policy[]): string[] {
  return policies.filter((policy) => mayHaveCreated(copy, policy)).flatMap((policy) => policy.copy.shareWith);
}

/** Whether a policy created the copy, or may have created it under another policy name. */
export function mayHaveCreated({ policy, key }: Copy, { name, enabled, from, to }: Policy): boolean {
  if (name === policy) return true;
  return enabled && from.includes(key.rootRegion) && (to.includes(key.region) || key.region === key.rootRegion);
}
