import type { Millis, Reason } from "../types.ts";
import { keyText } from "./mark.ts";
import { allCustom, type Observation } from "./observation.ts";
import { type Answers, answerTo, type Question } from "./questions.ts";
import { blockedInstead, NOTHING, type Step } from "./step.ts";
import type { Want } from "./wanted.ts";

/**
 * Of the copies that would be asked for now, those for which there is room in their region, the newest versions first; the
 * others are blocked. One full region so never makes a call fail that others are in. Counted is every custom image that is
 * shown: whether unfinished ones count is documented nowhere. Without an answer the cloud's own verdict decides.
 */
export function withinQuota(
  steps: readonly Step[],
  wants: ReadonlyMap<string, Want>,
  observation: Observation,
  answers: Answers,
  now: Millis,
  sweep: boolean,
): { steps: Step[]; asks: Question[] } {
  const asks: Question[] = [];
  const full = new Map<Step, Reason>();
  for (const [region, sends] of byRegion(steps)) {
    const question = { ask: "quota", region } as const;
    const answer = answerTo(answers, question);
    if (!answer) asks.push(question);
    if (!answer || "unanswerable" in answer) continue;
    const used = allCustom(observation, region)?.images.length ?? 0;
    const room = Math.max(0, answer.value - used);
    const age = (step: Step) =>
      step.act?.do === "send" ? (wants.get(keyText(step.act.draft.copy.key))?.root.createdAt ?? 0) : 0;
    for (const step of [...sends].sort((a, b) => age(b) - age(a)).slice(room)) {
      full.set(step, {
        code: "quota",
        text: `${region} holds ${used} custom images of the ${answer.value} that it may hold`,
        remedy: "delete custom images there that nobody needs, or ask the vendor for a higher quota",
      });
    }
  }
  const fitting = steps.map((step) => {
    const reason = full.get(step);
    if (!reason || step.act?.do !== "send") return step;
    const { copy } = step.act.draft;
    // The copy that it clashes with may not have been looked at.
    const isClash = !sweep && copy.state === "blocked" && copy.reason.code === "name-clash";
    return isClash ? NOTHING : blockedInstead(copy, reason, now);
  });
  return { steps: fitting, asks };
}

function byRegion(steps: readonly Step[]): Map<string, Step[]> {
  const regions = new Map<string, Step[]>();
  for (const step of steps) {
    if (step.act?.do !== "send") continue;
    const { region } = step.act.draft.copy.key;
    regions.set(region, [...(regions.get(region) ?? []), step]);
  }
  return regions;
}
