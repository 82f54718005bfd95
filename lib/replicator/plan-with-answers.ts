// Plans, asks what the plan wants to know, plans again.
import { type Answer, questionId } from "../model/observation.ts";
import type { Cloud } from "../model/ports.ts";
import { ask } from "../observe/answer-questions.ts";
import { makePlan } from "../plan/plan.ts";
import type { Plan, PlanInput } from "../plan/types.ts";

/** An answer may lead to further questions, but not to many. */
const MOST_TIMES = 5;

/** Makes a plan, asks the cloud what it needs to know besides, and makes it anew, until it asks nothing any more. */
export async function planAsking(input: PlanInput, cloud: Cloud): Promise<Plan> {
  const answers = new Map<string, Answer>();
  for (let times = 0; ; times += 1) {
    const plan = makePlan({ ...input, answers });
    const open = new Map(plan.questions.map((question) => [questionId(question), question]));
    for (const text of answers.keys()) open.delete(text);
    if (open.size === 0 || times === MOST_TIMES) return plan;
    for (const [text, answer] of await ask([...open.values()], cloud)) answers.set(text, answer);
  }
}
