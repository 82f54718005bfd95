// Plans, asks the cloud the questions of the plan, and plans again with the answers.
import { type Answer, questionId } from "../model/observation.ts";
import type { Cloud } from "../model/ports.ts";
import { answerQuestions } from "../observe/answer-questions.ts";
import { makePlan } from "../plan/plan.ts";
import type { Plan, PlanInput } from "../plan/types.ts";

/** The most rounds of questions: an answer may raise further questions, but not many. */
const MOST_ROUNDS = 5;

/** Makes a plan, and makes it again with the cloud's answers until it raises no new question. */
export async function planWithAnswers(input: PlanInput, cloud: Cloud): Promise<Plan> {
  const answers = new Map<string, Answer>();
  for (let round = 0; ; round += 1) {
    const plan = makePlan({ ...input, answers });
    const open = new Map(plan.questions.map((question) => [questionId(question), question]));
    for (const id of answers.keys()) open.delete(id);
    if (open.size === 0 || round === MOST_ROUNDS) return plan;
    for (const [id, answer] of await answerQuestions([...open.values()], cloud)) answers.set(id, answer);
  }
}
