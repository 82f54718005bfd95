// The answer of a function, for the small box of the console: what happened, what to do next, then details.
import { answerText } from "../../model/messages/answer.ts";
import type { Ignored } from "../../model/messages/event.ts";
import type { CopyState, Reason, Run } from "../../model/types.ts";
import type { PlanView } from "../plan/plan-view.ts";
import { type CopyLine, countsOf, linesByUrgency } from "../summary.ts";
import { type ImageResult, imageResults } from "./image-results.ts";
import { type AnswerFacts, type AnswerInput, cut, nextOf, noRunSentences, summaryOf } from "./sentences.ts";

export type { AnswerInput } from "./sentences.ts";

/** What a dry run would do. */
export type DryRunPlan = Pick<PlanView, "create" | "update" | "delete" | "notSelected" | "estimate" | "warnings">;

/** The answer of a function. Every list has at most `MOST_LISTED` entries. */
export interface Answer {
  /** What happened, in one to three sentences. */
  readonly summary: string;
  /** What a person has to do. Null if nothing. */
  readonly next: string | null;
  /** What needs manual action, as found by this run and by the last sweep. */
  readonly problems: readonly Reason[];
  /** The images that the event names, each with what came of it. */
  readonly images?: readonly ImageResult[];
  /** The parts of the event that name no image, each with the reason. */
  readonly ignored?: readonly Ignored[];
  /** The changes in the cloud by kind, as `done` of `apply --json`; `finished` counts copies that became ready. */
  readonly done: Readonly<Record<string, number>>;
  /** Only of a dry run: what it would do. */
  readonly plan?: DryRunPlan;
  /**
   * The recorded copies by state, of what the event or the request is about; of a dry run, those of
   * the account. States without copies are left out.
   */
  readonly counts: Readonly<Partial<Record<CopyState | "total", number>>>;
  /**
   * The copies that are not ready, most urgent first; if the answer is about a part of the account,
   * also the others. Of a dry run: those that wait, are blocked or failed.
   */
  readonly copies: readonly CopyLine[];
  /** How many entries each list lacks. */
  readonly omitted?: Readonly<Record<string, number>>;
  readonly account: string;
  readonly run: Omit<Run, "problems">;
}

/** An answer to an event that leads to no run. */
export type NoRunAnswer = Pick<Answer, "summary" | "next" | "ignored">;

/** The most entries of a list, and the most characters of the whole: SCF permits 6 MB (583/11637), but a person reads it. */
const MOST_LISTED = 20;
const MOST_CHARACTERS = 16_000;

const DONE: ReadonlySet<CopyState> = new Set(["ready", "retired"]);
const NOT_STARTED: ReadonlySet<CopyState> = new Set(["blocked", "failed", "retrying", "waiting"]);

/** The answer to a run. Its lists are shortened until it fits. */
export function answerOf(input: AnswerInput): Answer {
  // The copies of a dry run are as the run would leave them; the counts are as they are recorded.
  const counts = input.plan
    ? countsOf([], input.totals)
    : countsOf(input.copies, input.isPart ? undefined : input.totals);
  const isShown = ({ state }: CopyLine) => (input.plan ? NOT_STARTED.has(state) : input.isPart || !DONE.has(state));
  const copies = linesByUrgency(input.copies).filter(isShown);
  const images = input.event && imageResults(input.event.images, input.copies);
  const facts = { ...input, counts, copies, ...(images && { images }) };
  const sentences = { summary: cut(summaryOf(facts)), next: nextOf(facts) };
  const answers = [MOST_LISTED, 10, 5, 2, 1, 0].map((most) => () => ({ ...sentences, ...detailsOf(facts, most) }));
  for (const answer of answers) if (JSON.stringify(answer()).length <= MOST_CHARACTERS) return answer();
  return { ...sentences, ...detailsOf(facts, 0) };
}

function detailsOf(facts: AnswerFacts, most: number): Omit<Answer, "summary" | "next"> {
  const { plan, event, images, counts, account } = facts;
  const { problems: _, ...run } = facts.run;
  const omitted: Record<string, number> = {};
  const list = <T>(name: string, all: readonly T[]): readonly T[] => {
    if (all.length > most) omitted[name] = all.length - most;
    return all.slice(0, most);
  };
  const details = {
    problems: list("problems", facts.problems),
    ...(images && { images: list("images", images) }),
    ...(event && { ignored: list("ignored", event.ignored) }),
    done: facts.done,
    ...(plan && {
      plan: {
        create: list("create", plan.create),
        update: list("update", plan.update),
        delete: list("delete", plan.delete),
        notSelected: list("notSelected", plan.notSelected),
        estimate: plan.estimate,
        warnings: list("warnings", plan.warnings),
      },
    }),
    counts: Object.fromEntries(Object.entries(counts).filter(([state, count]) => state === "total" || count > 0)),
    copies: list("copies", facts.copies),
  };
  return { ...details, ...(Object.keys(omitted).length > 0 && { omitted }), account, run };
}

/** The answer to an event that names no image. `ignored` has at least one entry. */
export function noRunAnswer(ignored: readonly Ignored[]): NoRunAnswer {
  return { ...noRunSentences(ignored), ignored: ignored.slice(0, MOST_LISTED) };
}

/** The answer to the test event that the console offers. `example` is another one, which leads to a run. */
export function helloWorldAnswer(example: string): NoRunAnswer {
  const { text: why, remedy = null } = answerText("hello-world", { example });
  return { summary: answerText("nothing-done", { why }).text, next: remedy };
}
