// Accounts that an image is still to be shared with.
import { type Answers, answerTo, type Question, sharesOf } from "../../model/observation.ts";
import type { Image, Reason } from "../../model/types.ts";

/** Whom an image is still to be shared with, and with whom it is shared besides; or what has to be known first. */
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
