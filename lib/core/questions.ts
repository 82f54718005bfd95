import type { ImageRef, Reason } from "../types.ts";

/**
 * What a plan needs to know of single images and regions, and lists of images do not tell. A plan that lacks an answer
 * says so and does nothing that depends on it; the shell asks, and plans again.
 */
export type Question =
  /** How many custom images a region may hold: a number. */
  | { readonly ask: "quota"; readonly region: string }
  /** Whom an image is shared with: a list of accounts. */
  | { readonly ask: "shares"; readonly region: string; readonly imageId: string }
  /** Who uses an image: a text, or nothing if nobody does. */
  | { readonly ask: "uses"; readonly region: string; readonly imageId: string }
  /** Which image a family points to: its id, or nothing. */
  | { readonly ask: "family"; readonly region: string; readonly family: string };

export type Ask = Question["ask"];

/** What each question is answered with. */
interface Values {
  readonly quota: number;
  readonly shares: readonly string[];
  readonly uses: string | undefined;
  readonly family: string | undefined;
}

/** An answer, or why there is none. */
export type Answer<A extends Ask = Ask> = { readonly value: Values[A] } | { readonly unanswerable: Reason };

/** By `questionText`. */
export type Answers = ReadonlyMap<string, Answer>;

export const NO_ANSWERS: Answers = new Map();

/** One text for one question. */
export function questionText(question: Question): string {
  const about = "imageId" in question ? question.imageId : "family" in question ? question.family : "";
  return `${question.ask} ${question.region} ${about}`;
}

/** The answer to a question; undefined if it was not asked yet. */
export function answerTo<Q extends Question>(answers: Answers, question: Q): Answer<Q["ask"]> | undefined {
  return answers.get(questionText(question)) as Answer<Q["ask"]> | undefined;
}

/** The question whom an image is shared with. */
export function sharesOf({ region, imageId }: ImageRef) {
  return { ask: "shares", region, imageId } as const;
}

/** The question who uses an image. */
export function usesOf({ region, imageId }: ImageRef) {
  return { ask: "uses", region, imageId } as const;
}
