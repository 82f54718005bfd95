// Asks the cloud the questions of a plan: quota, shares, usage, family.
import { groupBy, settleAll } from "../model/collections.ts";
import { type Answer, type Question, questionId } from "../model/observation.ts";
import type { Cloud } from "../model/ports.ts";
import { readFailure } from "./read-failure.ts";

/** A question that one call answers for one image, region or family. */
type SingleQuestion = Exclude<Question, { ask: "uses" }>;
type UsesQuestion = Extract<Question, { ask: "uses" }>;

/** One call, and the questions that it answers, by `questionId`. */
interface Inquiry {
  readonly ids: readonly string[];
  readonly read: () => Promise<readonly Answer[]>;
}

/** The most calls at once. What has not begun when the time is over is never sent. */
const MOST_AT_ONCE = 10;

/**
 * Asks the cloud the questions, and hands each answer to `keep` when it arrives; a refusal is an
 * answer with the reason. No call begins once `isOver`. Throws an abort, and any error that is not a
 * `CloudError`, once all calls have ended.
 */
export async function answerQuestions(
  questions: readonly Question[],
  cloud: Cloud,
  { isOver, keep }: { readonly isOver: () => boolean; readonly keep: (id: string, answer: Answer) => void },
): Promise<void> {
  const inquiries = inquiriesFor(questions, cloud);
  const work = async () => {
    for (let next = inquiries.shift(); next && !isOver(); next = inquiries.shift()) {
      const { ids, read } = next;
      try {
        const values = await read();
        for (const [index, id] of ids.entries()) keep(id, values[index] as Answer);
      } catch (error) {
        const unanswerable = readFailure("unanswered", error);
        for (const id of ids) keep(id, { unanswerable });
      }
    }
  };
  await settleAll(Array.from({ length: MOST_AT_ONCE }, work));
}

function inquiriesFor(questions: readonly Question[], cloud: Cloud): Inquiry[] {
  const single = questions.filter((question) => question.ask !== "uses");
  const uses = questions.filter((question) => question.ask === "uses");
  // To learn what uses an image, every resource that can use one is read: once for all images of a
  // region.
  const usesByPlace = groupBy(uses, ({ region, templateVersions }) => `${region} ${templateVersions}`);
  return [
    ...single.map((question) => ({
      ids: [questionId(question)],
      read: async () => [{ value: await answerOne(question, cloud) } as Answer],
    })),
    ...[...usesByPlace.values()].map((some) => ({ ids: some.map(questionId), read: () => answerUses(some, cloud) })),
  ];
}

/** Answers questions about images of one region, for which the same versions of templates count. */
async function answerUses(questions: readonly UsesQuestion[], cloud: Cloud): Promise<Answer[]> {
  const [first] = questions;
  if (!first) return [];
  const imageIds = questions.map(({ imageId }) => imageId);
  const users = await cloud.uses(first.region, imageIds, first.templateVersions);
  return imageIds.map((imageId) => ({ value: users.get(imageId) }));
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
