// What was read of the cloud: images by region, and answers to single questions.
import type { Image, ImageRef, ImageType, Millis, Reason } from "./types.ts";

/** What was read of one region. */
export interface RegionView {
  /** When reading began: what this view does not show was not visible then. */
  readonly readAt: Millis;
  /** Types of which every image was read. */
  readonly complete: ReadonlySet<ImageType>;
  /** Ids that were asked for one by one. */
  readonly asked: ReadonlySet<string>;
  readonly images: ReadonlyMap<string, Image>;
}

/** What the cloud holds, as far as it was read. */
export interface Observation {
  readonly account: string;
  readonly regions: ReadonlyMap<string, RegionView>;
  /** Regions that could not be read, and why. */
  readonly unreadable: ReadonlyMap<string, Reason>;
}

/** The image; `absent` if it was looked for and not there; `unread` if nobody looked. */
export function seen(observation: Observation, ref: ImageRef, type: ImageType = "custom"): Image | "absent" | "unread" {
  const view = observation.regions.get(ref.region);
  if (!view) return "unread";
  const image = view.images.get(ref.imageId);
  if (image) return image;
  return view.complete.has(type) || view.asked.has(ref.imageId) ? "absent" : "unread";
}

/** All custom images of a region, if it was read whole. */
export function allCustom(observation: Observation, region: string): { images: Image[]; readAt: Millis } | undefined {
  const view = observation.regions.get(region);
  if (!view?.complete.has("custom")) return undefined;
  return { images: [...view.images.values()].filter((image) => image.type === "custom"), readAt: view.readAt };
}

const FAILED = new Set(["CREATEFAILED", "IMPORTFAILED"]);

/** Whether the cloud has given up making this image. */
export function hasFailed(image: Image): boolean {
  return FAILED.has(image.state);
}

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
export function questionId(question: Question): string {
  const about = "imageId" in question ? question.imageId : "family" in question ? question.family : "";
  return `${question.ask} ${question.region} ${about}`;
}

/** The answer to a question; undefined if it was not asked yet. */
export function answerTo<Q extends Question>(answers: Answers, question: Q): Answer<Q["ask"]> | undefined {
  return answers.get(questionId(question)) as Answer<Q["ask"]> | undefined;
}

/** The question whom an image is shared with. */
export function sharesOf({ region, imageId }: ImageRef) {
  return { ask: "shares", region, imageId } as const;
}

/** The question who uses an image. */
export function usesOf({ region, imageId }: ImageRef) {
  return { ask: "uses", region, imageId } as const;
}

/** What a run looks at: everything, what is under way, or a few images that an event or a person named. */
export type Scope =
  | { readonly kind: "sweep" }
  | { readonly kind: "poll" }
  | { readonly kind: "images"; readonly images: readonly ImageRef[] };
