// Answers the questions of a plan from the cloud: quota, shares, usage, family.
import { settleAll } from "../model/all-settled.ts";
import { type Answer, type Answers, type Question, questionId } from "../model/observation.ts";
import type { Cloud } from "../model/ports.ts";
import { readFailure } from "./observe.ts";

/** A question that one call answers for one image, region or family. */
type SingleQuestion = Exclude<Question, { ask: "uses" }>;

/**
 * Asks the cloud every question. A question that the cloud refuses to answer is answered with the
 * reason. Throws an abort, and any error that is not a `CloudError`, once all calls have ended.
 */
export async function answerQuestions(questions: readonly Question[], cloud: Cloud): Promise<Answers> {
  const singleQuestions = questions.filter((question) => question.ask !== "uses");
  const usesByRegion = new Map<string, string[]>();
  for (const question of questions) {
    if (question.ask !== "uses") continue;
    const { region, imageId } = question;
    usesByRegion.set(region, [...(usesByRegion.get(region) ?? []), imageId]);
  }
  const answers = new Map<string, Answer>();
  const record = async (ids: readonly string[], read: () => Promise<readonly Answer[]>) => {
    try {
      const values = await read();
      for (const [index, id] of ids.entries()) answers.set(id, values[index] as Answer);
    } catch (error) {
      const unanswerable = readFailure("unanswered", error);
      for (const id of ids) answers.set(id, { unanswerable });
    }
  };
  await settleAll([
    ...singleQuestions.map((question) =>
      record([questionId(question)], async () => [{ value: await answerOne(question, cloud) } as Answer]),
    ),
    // To learn what uses an image, every resource that can use one is read: once for all images of
    // a region.
    ...[...usesByRegion].map(([region, imageIds]) =>
      record(
        imageIds.map((imageId) => questionId({ ask: "uses", region, imageId })),
        async () => {
          const uses = await cloud.uses(region, imageIds);
          return imageIds.map((imageId) => ({ value: uses.get(imageId) }));
        },
      ),
    ),
  ]);
  return answers;
}

function answerOne(question: SingleQuestion, cloud: Cloud): Promise<unknown> {
  switch (question.ask) {
    case "quota":
      return cloud.quota(question.region);
    case "shares":
      return cloud.sharedWith(question);
    case "family":
      return cloud.familyImage(question.region, question.family);
  }
}
