// The images that can be sources, by the beginnings of their names, and why a policy passes one over.
import { isMarked } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { Policy } from "../../model/policy.ts";
import type { Image, ImageType } from "../../model/types.ts";
import { fixedBeginning } from "../../policy/values/globs.ts";
import { whyNotSelected } from "../../policy/values/select.ts";
import type { NotSelected, SelectionInput } from "./types.ts";

/** The images of the source regions. */
export interface SourceImages {
  /** Whether the image is a copy, and so no source: copies of copies would make A → B and B → A endless. */
  readonly isCopy: (image: Image) => boolean;
  /** The images in the policy's source regions that its names do not exclude already, in the order of the listing. */
  readonly candidatesFor: (policy: Policy) => readonly Image[];
  /** The images that the select block of the policy does not select, each with the reason. */
  readonly notSelectedBy: (policy: Policy) => readonly NotSelected[];
}

/**
 * Indexes the images of the regions that policies copy from. With a scan of all images for each
 * policy, the time of a plan would grow with the number of policies times that of images.
 */
export function indexSources(policies: readonly Policy[], input: SelectionInput): SourceImages {
  const { observation, recorded, now } = input;
  const copies = new Set<Image>();
  const indexes = new Map<string, NameIndex>();
  for (const region of new Set(policies.flatMap(({ from }) => from))) {
    const images = [...(observation.regions.get(region)?.images.values() ?? [])];
    for (const image of images) if (isMarked(image, observation.account) || recorded.has(image)) copies.add(image);
    for (const type of ["custom", "shared"] as const)
      indexes.set(indexId(region, type), indexNames(images.filter((image) => image.type === type)));
  }
  const indexesOf = ({ from, select }: Policy) =>
    from.flatMap((region) => indexes.get(indexId(region, select.type)) ?? []);
  const isCopy = (image: Image) => copies.has(image);
  const isACopy = reason("is-a-copy");
  return {
    isCopy,
    candidatesFor: (policy) => indexesOf(policy).flatMap(({ startingWith }) => startingWith(beginnings(policy))),
    notSelectedBy: (policy) =>
      indexesOf(policy).flatMap(({ images }) =>
        images.flatMap((image) => {
          const why = isCopy(image) ? isACopy : whyNotSelected(policy.select, image, now);
          return why ? [{ policy: policy.name, image, reason: why }] : [];
        }),
      ),
  };
}

function indexId(region: string, type: ImageType): string {
  return `${region}/${type}`;
}

/** The beginnings of names that a policy selects; any name has the empty one. */
function beginnings({ select }: Policy): readonly string[] {
  const globs = select.name?.filter((glob) => !glob.startsWith("!")) ?? [];
  return globs.length === 0 ? [""] : globs.map(fixedBeginning);
}

/** The images of one type in one region. */
interface NameIndex {
  /** In the order of the listing. */
  readonly images: readonly Image[];
  /** Those whose names have one of the beginnings, in the same order. */
  readonly startingWith: (beginnings: readonly string[]) => readonly Image[];
}

function indexNames(images: readonly Image[]): NameIndex {
  const byName = images.map((image, at) => ({ image, at })).sort((a, b) => compareTexts(a.image.name, b.image.name));
  const firstFrom = (name: string) => {
    let [low, high] = [0, byName.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((byName[middle]?.image.name ?? "") < name) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    images,
    startingWith: (texts) => {
      if (texts.includes("")) return images;
      const found = new Map<number, Image>();
      for (const text of texts) {
        for (let next = firstFrom(text); byName[next]?.image.name.startsWith(text); next += 1) {
          const one = byName[next];
          if (one) found.set(one.at, one.image);
        }
      }
      return [...found].sort(([a], [b]) => a - b).map(([, image]) => image);
    },
  };
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
