// Whether a family points to a recalled image, which only an answer of the cloud shows.
import { answerTo } from "../../../model/observation.ts";
import type { Image } from "../../../model/types.ts";
import type { PlanContext, Step } from "../../types.ts";

/**
 * Whether the family of the image has no image of other origin as its current one; or the question
 * that has to be asked first. If it points to none, the cloud passes over deprecated images.
 */
export function isPointedTo(
  { region, family = "", imageId }: Image,
  { answers }: PlanContext,
): boolean | Pick<Required<Step>, "questions"> {
  const question = { ask: "family", region, family } as const;
  const answer = answerTo(answers, question);
  if (!answer) return { questions: [question] };
  return !("value" in answer) || answer.value === undefined || answer.value === imageId;
}
