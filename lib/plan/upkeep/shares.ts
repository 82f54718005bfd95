// Compares the accounts that an image is shared with to those of the policy.
import { type Answers, answerTo, type Question, sharesOf } from "../../model/observation.ts";
import type { Image, Reason } from "../../model/types.ts";

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
