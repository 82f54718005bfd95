// Plans, asks the cloud the questions of the plan, and plans again with the answers.
import { questionId } from "../../model/observation.ts";
import type { AnswerReader } from "../../observe/answer-reader.ts";
import type { ReadMode } from "../../observe/region-reader.ts";
import { onlyWithKnownQuota } from "../../plan/guards/filters.ts";
import { makePlan } from "../../plan/plan.ts";
import type { Plan, PlanInput } from "../../plan/types.ts";

/** The most rounds of questions: an answer may raise further questions, but not many. */
const MOST_ROUNDS = 5;

/**
 * Makes a plan, and makes it again with the cloud's answers until it raises no new question. The
 * steps whose answers are late are not in it; unless `mode` is patient, nothing else waits for them.
 */
export async function planWithAnswers(input: PlanInput, reader: AnswerReader, mode: ReadMode): Promise<Plan> {
  reader.beginRound(mode);
  for (let round = 0; ; round += 1) {
    const plan = makePlan({ ...input, answers: reader.answers });
    const open = new Map(plan.questions.map((question) => [questionId(question), question]));
    for (const id of reader.answers.keys()) open.delete(id);
    if (open.size === 0) return plan;
    const isLast = round === MOST_ROUNDS || !(await reader.ask([...open.values()], mode));
    if (isLast) return onlyWithKnownQuota(plan);
  }
}
