// Answers the questions of one run's plans: each region and kind of question in its own time.
import { groupBy, settleAll } from "../model/collections.ts";
import { readFailureReason, runMessage } from "../model/messages/run.ts";
import { type Answer, type Answers, type Question, questionId, type RegionView } from "../model/observation.ts";
import { ANSWER_LIMIT, formatDuration } from "../model/time.ts";
import type { Millis, Reason } from "../model/types.ts";
import { answerQuestions } from "./answer-questions.ts";
import { LONGEST_WAIT, type ReaderDeps, type ReadMode } from "./region-reader.ts";

/**
 * Asks the questions of the rounds of one run. The answers that take longer than the others are
 * late, like the images of a slow region: the round goes on without them, and only the steps that
 * asked wait. Those that take longer than `ANSWER_LIMIT` count as refused, and nothing of that kind
 * is asked in that region again by this run.
 */
export interface AnswerReader {
  /** Begins a round: every question is asked anew, apart from those whose answers were late. */
  beginRound(mode: Pick<ReadMode, "reuse">): void;
  /**
   * Asks these questions. Answers whether any of them is answered now. Throws an abort, and any error
   * that is not a `CloudError`.
   */
  ask(questions: readonly Question[], mode: Pick<ReadMode, "patient">): Promise<boolean>;
  /** The answers of this round so far. */
  readonly answers: Answers;
  /** The views, each at most as fresh as the oldest answer about its region. */
  dated(views: ReadonlyMap<string, RegionView>): ReadonlyMap<string, RegionView>;
  /** Whether late answers have arrived since the last round with `reuse`. */
  hasArrived(): boolean;
  /** Where answers are still awaited. */
  reading(): readonly string[];
  /** Waits for the next late answers, but not for long. Throws as `ask` does. */
  awaitArrival(): Promise<void>;
  /** Counts these answers as refused, because the time of the run is over. */
  giveUp(places: readonly string[]): void;
  /** The questions that this run asked without an answer in time, by place. */
  readonly failed: ReadonlyMap<string, Reason>;
}

/** How long a round waits for the last answers. */
const PATIENCE: Millis = 10_000;

/** The questions of one kind about one region. */
interface Place extends Pick<Question, "ask" | "region"> {
  /** When the first of them was asked. */
  readonly askedAt: Millis;
  readonly ids: Set<string>;
  /** Until all of them are answered. */
  underWay?: Promise<void> | undefined;
  isLate: boolean;
  hasArrived: boolean;
}

/** Makes the reader of one run. */
export function answerReader({ cloud, now, pause }: ReaderDeps): AnswerReader {
  const answers = new Map<string, Answer>();
  const places = new Map<string, Place>();
  const failed = new Map<string, Reason>();
  const underWay = () => [...places.values()].flatMap((place) => place.underWay ?? []);

  const begin = (name: string, place: Place, questions: readonly Question[]): Promise<void> => {
    const isOver = () => now() > place.askedAt + ANSWER_LIMIT;
    const keep = (id: string, answer: Answer) => {
      if (!isOver() || "unanswerable" in answer) answers.set(id, answer);
    };
    for (const question of questions) place.ids.add(questionId(question));
    place.underWay = answerQuestions(questions, cloud, { isOver, keep })
      .then(() => {
        if ([...place.ids].some((id) => !answers.has(id))) giveUp(name, place);
      })
      .finally(() => {
        place.underWay = undefined;
        place.hasArrived = place.isLate;
        place.isLate = false;
      });
    return place.underWay;
  };
  const giveUp = (name: string, { ask, region, ids }: Place) => {
    const limit = formatDuration(ANSWER_LIMIT);
    const { text: message, remedy } = runMessage("still-asking", { region, ask, limit });
    const unanswerable = readFailureReason("unanswered", { code: "TimeLimit", message, remedy });
    failed.set(name, unanswerable);
    for (const id of ids) if (!answers.has(id)) answers.set(id, { unanswerable });
  };

  return {
    answers,
    failed,
    beginRound({ reuse }) {
      for (const [name, place] of places) {
        if (!place.underWay && !place.hasArrived) {
          places.delete(name);
          for (const id of place.ids) answers.delete(id);
        }
        if (reuse) place.hasArrived = false;
      }
    },
    async ask(questions, { patient }) {
      const begun = [...groupBy(questions, ({ ask, region }) => `${ask} ${region}`)].flatMap(([name, some]) => {
        const [{ ask, region }] = some as [Question];
        const unanswerable = failed.get(name);
        if (unanswerable) for (const question of some) answers.set(questionId(question), { unanswerable });
        const place = places.get(name) ?? newPlace({ ask, region }, now());
        if (unanswerable || place.underWay) return [];
        places.set(name, place);
        return [begin(name, place, some)];
      });
      const all = settleAll(begun);
      // If it takes longer, `awaitArrival` throws what it throws.
      all.catch(() => {});
      await (patient ? all : Promise.race([all, pause(PATIENCE)]));
      for (const place of places.values()) place.isLate = place.underWay !== undefined;
      return questions.some((question) => answers.has(questionId(question)));
    },
    dated: (views) =>
      new Map(
        [...views].map(([region, view]) => {
          const used = [...places.values()].filter((one) => one.region === region && isUsed(one, answers));
          return [region, { ...view, readAt: Math.min(view.readAt, ...used.map(({ askedAt }) => askedAt)) }];
        }),
      ),
    hasArrived: () => [...places.values()].some(({ hasArrived }) => hasArrived),
    reading: () => [...places].flatMap(([name, place]) => (place.underWay ? [name] : [])),
    awaitArrival: () => Promise.race([...underWay(), pause(LONGEST_WAIT)]),
    giveUp(names) {
      for (const name of names) {
        const place = places.get(name);
        if (place) giveUp(name, place);
      }
    },
  };
}

function newPlace(what: Pick<Question, "ask" | "region">, askedAt: Millis): Place {
  return { ...what, askedAt, ids: new Set(), isLate: false, hasArrived: false };
}

/** Whether the cloud has answered any question of this place. */
function isUsed({ ids }: Place, answers: Answers): boolean {
  return [...ids].some((id) => answers.has(id));
}
