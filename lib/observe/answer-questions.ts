// Asks the cloud what the plan wants to know: quota, shares, users, family.
import { CloudError } from "../model/errors.ts";
import { type Answer, type Answers, type Question, questionId } from "../model/observation.ts";
import type { Cloud } from "../model/ports.ts";

export async function ask(questions: readonly Question[], cloud: Cloud): Promise<Answers> {
  const single = questions.filter(({ ask }) => ask !== "uses");
  const regions = new Map<string, string[]>();
  for (const question of questions) {
    if (question.ask === "uses")
      regions.set(question.region, [...(regions.get(question.region) ?? []), question.imageId]);
  }
  const answers = new Map<string, Answer>();
  const fatal: unknown[] = [];
  const answered = async (texts: readonly string[], answer: () => Promise<readonly Answer[]>) => {
    try {
      const values = await answer();
      for (const [index, text] of texts.entries()) answers.set(text, values[index] as Answer);
    } catch (error) {
      if (!(error instanceof CloudError) || error.code === "Aborted") fatal.push(error);
      else for (const text of texts) answers.set(text, { unanswerable: reasonOf(error) });
    }
  };
  await Promise.all([
    ...single.map((question) =>
      answered([questionId(question)], async () => [{ value: await one(question, cloud) } as Answer]),
    ),
    // Who uses an image is found out by reading all who may: once for all images of a region.
    ...[...regions].map(([region, imageIds]) =>
      answered(
        imageIds.map((imageId) => questionId({ ask: "uses", region, imageId })),
        async () => {
          const uses = await cloud.uses(region, imageIds);
          return imageIds.map((imageId) => ({ value: uses.get(imageId) }));
        },
      ),
    ),
  ]);
  // Thrown only now, so that no call goes on behind the caller's back.
  if (fatal.length > 0) throw fatal[0];
  return answers;
}

function one(question: Question, cloud: Cloud): Promise<unknown> {
  switch (question.ask) {
    case "quota":
      return cloud.quota(question.region);
    case "shares":
      return cloud.sharedWith(question);
    case "family":
      return cloud.familyImage(question.region, question.family);
    case "uses":
      throw new Error("asked by region");
  }
}

function reasonOf({ code, message, remedy }: CloudError) {
  return { code: `unanswered-${code}`, text: message, ...(remedy !== undefined && { remedy }) };
}
