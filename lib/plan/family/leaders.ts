// The newest version of each family in each region, and who stands in its way.
import { copyId, rootRefId } from "../../model/identity.ts";
import { type Answers, answerTo, hasFailed, type Observation, type Question, seen } from "../../model/observation.ts";
import type { Copy, CopyKey, Image, Reason } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import type { RolledBack } from "./rolled-back.ts";

/**
 * Image families. A family points to one of the images that have it, in each region by itself: to the newest as it seems,
 * which nobody has verified. A copy may be younger than that of a newer version, so the newest version *leads*: only its
 * copy is given the family, those before keep it, and one to which the family points instead is taken out of it.
 */
export interface Families {
  readonly leads: (key: CopyKey) => boolean;
  readonly isWronglyLeading: (image: Image) => boolean;
  readonly questions: readonly Question[];
  readonly problems: readonly Reason[];
}

const LIVE = new Set<Copy["state"]>(["copying", "finishing", "ready"]);

/** Who leads in each family and region, by what is remembered, and who stands in the way of it, by what the cloud says. */
export function families(
  recorded: readonly Copy[],
  desiredCopies: ReadonlyMap<string, DesiredCopy>,
  observation: Observation,
  answers: Answers,
  sweep: boolean,
  rollbacks: RolledBack,
): Families {
  const copies = recorded.map((copy) => withDesired(copy, desiredCopies.get(copyId(copy.key))));
  const leaders = new Map<string, Copy>();
  for (const copy of copies) {
    if (copy.family === undefined || !LIVE.has(copy.state) || rollbacks.of(copy.key, copy) !== undefined) continue;
    const place = `${copy.key.region}/${copy.family}`;
    const other = leaders.get(place);
    if (!other || isNewer(copy, other)) leaders.set(place, copy);
  }
  const leading = new Set([...leaders.values()].map(({ key }) => copyId(key)));
  const wronglyLeading = new Set<string>();
  const questions: Question[] = [];
  const problems: Reason[] = [];
  if (sweep) {
    const ours = new Map(copies.flatMap((copy) => (hasImage(copy) ? [[imageText(copy), copy] as const] : [])));
    for (const leader of leaders.values()) judge(leader, ours);
  }
  return {
    leads: (key) => leading.has(copyId(key)),
    isWronglyLeading: (image) => wronglyLeading.has(`${image.region}/${image.imageId}`),
    questions,
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
    if (!answer) questions.push(question);
    else if ("unanswerable" in answer) {
      for (const other of holders)
        if (!other.deprecated && mayLeaveFamily(other) && other.createdAt >= image.createdAt) markWronglyLeading(other);
    } else if (answer.value !== undefined && answer.value !== image.imageId) {
      const pointed = holders.find(({ imageId }) => imageId === answer.value);
      if (pointed && mayLeaveFamily(pointed)) markWronglyLeading(pointed);
      else if (pointed && !ours.has(`${region}/${pointed.imageId}`)) {
        problems.push({
          code: "family-taken",
          text: `the family ${family} in ${region} points to ${answer.value} ("${pointed.name}"), which is none of ours, and not to ${image.imageId}`,
          remedy: "take that image out of the family, or give the copies another one (copy.family)",
        });
      }
    }

    function markWronglyLeading(other: Image): void {
      wronglyLeading.add(`${other.region}/${other.imageId}`);
    }
    /** What a policy wants today gives way, and an older version that none wants; a newer one, as its source may only be gone, stays. */
    function mayLeaveFamily(other: Image): boolean {
      const copy = ours.get(`${region}/${other.imageId}`);
      if (copy?.state === "ready") return !copy.adopted;
      return (
        copy?.state === "retired" &&
        !copy.adopted &&
        // Made of the same source, with other encryption: the one that is wanted counts.
        (rootRefId(leader.key) === rootRefId(copy.key) || (copy.rootCreatedAt !== undefined && isNewer(leader, copy)))
      );
    }
  }
}

/** The policy may have another family for it by now, and a copy that was found by its marks has neither that nor an age. */
function withDesired(copy: Copy, desired: DesiredCopy | undefined): Copy {
  if (!desired) return copy;
  const { family: _, ...rest } = copy;
  const { family } = desired.publication;
  const known = { ...rest, rootCreatedAt: desired.root.createdAt };
  return family === undefined ? known : { ...known, family };
}

function isNewer(a: Copy, b: Copy): boolean {
  const [x, y] = [a.rootCreatedAt ?? 0, b.rootCreatedAt ?? 0];
  return x === y ? copyId(a.key) > copyId(b.key) : x > y;
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
