// What was read from the cloud: the images of each region, and the answers to single questions.
import type { TemplateVersions } from "./policy.ts";
import { PAGE_TIMEOUT, STALE } from "./time.ts";
import type { Image, ImageRef, ImageType, Millis, Reason } from "./types.ts";

/** What was read from one region. */
export interface RegionView {
  /** When the reading started: an image that this view does not have was not visible then. */
  readonly readAt: Millis;
  /** The types of which the region was read whole. */
  readonly complete: ReadonlySet<ImageType>;
  /** The ids that were requested one by one. */
  readonly asked: ReadonlySet<string>;
  readonly images: ReadonlyMap<string, Image>;
}

/** The images in the cloud, as far as they were read. */
export interface Observation {
  readonly account: string;
  readonly regions: ReadonlyMap<string, RegionView>;
  /** The regions that could not be read, each with the reason. */
  readonly unreadable: ReadonlyMap<string, Reason>;
}

/** The image; `absent` if it was read and does not exist; `unread` if it was not read. */
export function seen(observation: Observation, ref: ImageRef, type: ImageType = "custom"): Image | "absent" | "unread" {
  const view = observation.regions.get(ref.region);
  if (!view) return "unread";
  const image = view.images.get(ref.imageId);
  if (image) return image;
  return view.complete.has(type) || view.asked.has(ref.imageId) ? "absent" : "unread";
}

/** The most items of one page (cvm 2017-03-12, DescribeImages: Limit). */
const PAGE = 100;

/**
 * Until when an action may be based on what was read of these regions; infinite if none of them was
 * read. Each region counts from the start of its own reading. A long list takes longer to read, and
 * is never split, so each further page adds the time that the cloud may take for it: else a list
 * could be stale before it is whole, in every run.
 */
export function freshUntil({ regions }: Pick<Observation, "regions">, names: Iterable<string>): Millis {
  const times = [...names].flatMap((name) => {
    const view = regions.get(name);
    if (!view) return [];
    const pages = Math.max(1, view.complete.size) + Math.floor(view.images.size / PAGE);
    return [view.readAt + STALE + (pages - 1) * PAGE_TIMEOUT];
  });
  return Math.min(Number.POSITIVE_INFINITY, ...times);
}

const FAILED = new Set(["CREATEFAILED", "IMPORTFAILED"]);

/** Whether the cloud failed to make this image, for good. */
export function hasFailed(image: Image): boolean {
  return FAILED.has(image.state);
}

/**
 * A fact about one image or region that a plan needs and that listings of images do not show. A
 * plan without the answer contains the question and no action that depends on it; the run then asks
 * the cloud and plans again.
 */
export type Question =
  /** How many custom images a region may have. */
  | { readonly ask: "quota"; readonly region: string }
  /** The accounts that an image is shared with. */
  | { readonly ask: "shares"; readonly region: string; readonly imageId: string }
  /** What uses an image, such as an instance; undefined if nothing does. */
  | {
      readonly ask: "uses";
      readonly region: string;
      readonly imageId: string;
      readonly templateVersions: TemplateVersions;
    }
  /** The id of the image that a family points to; undefined if it points to none. */
  | { readonly ask: "family"; readonly region: string; readonly family: string };

export type Ask = Question["ask"];

/** The type of the answer to each question. */
interface Values {
  readonly quota: number;
  readonly shares: readonly string[];
  readonly uses: string | undefined;
  readonly family: string | undefined;
}

/** An answer, or the reason why the cloud gave none. */
export type Answer<A extends Ask = Ask> = { readonly value: Values[A] } | { readonly unanswerable: Reason };

/** The answers, by `questionId`. */
export type Answers = ReadonlyMap<string, Answer>;

export const NO_ANSWERS: Answers = new Map();

/** A question as one text, for maps. */
export function questionId(question: Question): string {
  const subject = "imageId" in question ? question.imageId : "family" in question ? question.family : "";
  const versions = question.ask === "uses" ? ` ${question.templateVersions}` : "";
  return `${question.ask} ${question.region} ${subject}${versions}`;
}

/** The answer to a question; undefined if it was not asked yet. */
export function answerTo<Q extends Question>(answers: Answers, question: Q): Answer<Q["ask"]> | undefined {
  return answers.get(questionId(question)) as Answer<Q["ask"]> | undefined;
}

/** The question which accounts an image is shared with. */
export function sharesOf({ region, imageId }: ImageRef) {
  return { ask: "shares", region, imageId } as const;
}

/** The question what uses an image; `templateVersions`: which versions of launch templates count. */
export function usesOf({ region, imageId }: ImageRef, templateVersions: TemplateVersions = "all") {
  return { ask: "uses", region, imageId, templateVersions } as const;
}

/**
 * What a run reads. A sweep: every region of every policy. A poll: the copies and awaited images
 * that are under way, and the regions of `probe`, which could not be read before. `images`: those
 * that an event or the user named.
 */
export type Scope =
  | { readonly kind: "sweep" }
  | { readonly kind: "poll"; readonly probe?: readonly string[] }
  | { readonly kind: "images"; readonly images: readonly ImageRef[] };
