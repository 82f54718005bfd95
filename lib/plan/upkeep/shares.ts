// The accounts that a copy is or may be shared with, compared with those of its policies.
import { type Answers, answerTo, type Question, sharesOf } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { Copy, Image, Reason } from "../../model/types.ts";

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

/** The accounts of all policies that created the copy or may have created it. */
export function accountsOfPolicies(copy: Copy, policies: readonly Policy[]): string[] {
  return policies.filter((policy) => mayHaveCreated(copy, policy)).flatMap((policy) => policy.copy.shareWith);
}

/** Whether a policy created the copy, or may have created it under another policy name. */
export function mayHaveCreated({ policy, key }: Copy, { name, enabled, from, to }: Policy): boolean {
  if (name === policy) return true;
  return enabled && from.includes(key.rootRegion) && (to.includes(key.region) || key.region === key.rootRegion);
}
