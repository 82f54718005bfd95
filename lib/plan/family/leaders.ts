import { keyText, rootText } from "../../model/identity.ts";
import { type Answers, answerTo, hasFailed, type Observation, type Question, seen } from "../../model/observation.ts";
import type { Copy, CopyKey, Image, Reason } from "../../model/types.ts";
import type { Want } from "../desired/types.ts";
import type { RolledBack } from "./rolled-back.ts";

/**
 * Image families. A family points to one of the images that have it, in each region by itself: to the newest as it seems,
 * which nobody has verified. A copy may be younger than that of a newer version, so the newest version *leads*: only its
 * copy is given the family, those before keep it, and one to which the family points instead is taken out of it.
 */
export interface Families {
  readonly leads: (key: CopyKey) => boolean;
  readonly usurps: (image: Image) => boolean;
  readonly asks: readonly Question[];
  readonly problems: readonly Reason[];
}

const LIVE = new Set<Copy["state"]>(["copying", "finishing", "ready"]);

/** Who leads in each family and region, by what is remembered, and who stands in the way of it, by what the cloud says. */
export function families(
  remembered: readonly Copy[],
  wants: ReadonlyMap<string, Want>,
  observation: Observation,
  answers: Answers,
  sweep: boolean,
  rolledBack: RolledBack,
): Families {
  const copies = remembered.map((copy) => asWanted(copy, wants.get(keyText(copy.key))));
  const leaders = new Map<string, Copy>();
  for (const copy of copies) {
    if (copy.family === undefined || !LIVE.has(copy.state) || rolledBack.of(copy.key, copy) !== undefined) continue;
    const place = `${copy.key.region}/${copy.family}`;
    const other = leaders.get(place);
    if (!other || isNewer(copy, other)) leaders.set(place, copy);
  }
  const leading = new Set([...leaders.values()].map(({ key }) => keyText(key)));
  const usurpers = new Set<string>();
  const asks: Question[] = [];
  const problems: Reason[] = [];
  if (sweep) {
    const ours = new Map(copies.flatMap((copy) => (hasImage(copy) ? [[imageText(copy), copy] as const] : [])));
    for (const leader of leaders.values()) judge(leader, ours);
  }
  return {
    leads: (key) => leading.has(keyText(key)),
    usurps: (image) => usurpers.has(`${image.region}/${image.imageId}`),
    asks,
    problems,
  };

  /** Where several images have the family, the cloud says to which it points. */
  function judge(leader: Copy, ours: ReadonlyMap<string, Copy>): void {
    const { region } = leader.key;
    const family = leader.family ?? "";
    const image = imageOf(leader, observation);
    if (!image || image.family !== family || image.deprecated || leader.state !== "ready") return;
    // While it is being copied itself the cloud points to another one: that is over by itself.
    if (image.state !== "NORMAL") return;
    const holders = [...(observation.regions.get(region)?.images.values() ?? [])].filter(
      (other) => other !== image && other.type === "custom" && other.family === family && !hasFailed(other),
    );
    if (holders.length === 0) return;
    const question = { ask: "family", region, family } as const;
    const answer = answerTo(answers, question);
    if (!answer) asks.push(question);
    else if ("unanswerable" in answer) {
      for (const other of holders)
        if (!other.deprecated && givesWay(other) && other.createdAt >= image.createdAt) usurp(other);
    } else if (answer.value !== undefined && answer.value !== image.imageId) {
      const pointed = holders.find(({ imageId }) => imageId === answer.value);
      if (pointed && givesWay(pointed)) usurp(pointed);
      else if (pointed && !ours.has(`${region}/${pointed.imageId}`)) {
        problems.push({
          code: "family-held",
          text: `the family ${family} in ${region} points to ${answer.value} ("${pointed.name}"), which is none of ours, and not to ${image.imageId}`,
          remedy: "take that image out of the family, or give the copies another one (copy.family)",
        });
      }
    }

    function usurp(other: Image): void {
      usurpers.add(`${other.region}/${other.imageId}`);
    }
    /** What a policy wants today gives way, and an older version that none wants; a newer one, as its source may only be gone, stays. */
    function givesWay(other: Image): boolean {
      const copy = ours.get(`${region}/${other.imageId}`);
      if (copy?.state === "ready") return !copy.adopted;
      return (
        copy?.state === "retired" &&
        !copy.adopted &&
        // Made of the same source, with other encryption: the one that is wanted counts.
        (rootText(leader.key) === rootText(copy.key) || (copy.rootCreatedAt !== undefined && isNewer(leader, copy)))
      );
    }
  }
}

/** The policy may have another family for it by now, and a copy that was found by its marks has neither that nor an age. */
function asWanted(copy: Copy, want: Want | undefined): Copy {
  if (!want) return copy;
  const { family: _, ...rest } = copy;
  const { family } = want.release;
  const known = { ...rest, rootCreatedAt: want.root.createdAt };
  return family === undefined ? known : { ...known, family };
}

function isNewer(a: Copy, b: Copy): boolean {
  const [x, y] = [a.rootCreatedAt ?? 0, b.rootCreatedAt ?? 0];
  return x === y ? keyText(a.key) > keyText(b.key) : x > y;
}

function imageOf(copy: Copy, observation: Observation): Image | undefined {
  if (!hasImage(copy)) return undefined;
  const image = seen(observation, { region: copy.key.region, imageId: copy.imageId });
  return typeof image === "string" ? undefined : image;
}

function hasImage(copy: Copy): copy is Copy & { imageId: string } {
  return "imageId" in copy && copy.imageId !== undefined;
}

function imageText(copy: Copy & { imageId: string }): string {
  return `${copy.key.region}/${copy.imageId}`;
}
