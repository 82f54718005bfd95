// Finds the copy that leads each family in each region, and copies that lead it wrongly.
import { lazily } from "../../model/collections.ts";
import type { ReadonlyCopyMap } from "../../model/copy/copy-map.ts";
import { copyId, refText, rootRefId, tokenIn, versionOf } from "../../model/identity.ts";
import { compareVersions } from "../../model/image.ts";
import { reason } from "../../model/messages/reasons.ts";
import { type Answers, answerTo, hasFailed, type Observation, type Question, seen } from "../../model/observation.ts";
import type { Copy, CopyImage, CopyKey, CopyPhase, Image, ImageProblem, Millis } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import type { RegionImages } from "../image-index.ts";
import type { RolledBack } from "./rolled-back.ts";

/**
 * What the planner knows about image families. In each region, a family points to one of its
 * images, apparently the one created last; this is not documented, and not verified. An older
 * version may be copied later than a newer one, so the copy of the newest finished version *leads*:
 * only the leader is put into the family, and older copies stay in it. If the family points to an
 * older copy instead of the leader, that copy leaves the family. A version that is still being copied,
 * or waits for other regions or for its name, does not lead yet: else a family would never move while versions are
 * made faster than they are copied.
 */
export interface Families {
  /** Whether the copy leads its family in its region, or will once it is finished: no leader is newer. */
  readonly leads: (key: CopyKey) => boolean;
  /**
   * Whether the image must leave its family, because the family points to it instead of the leader.
   */
  readonly isWronglyLeading: (image: Image) => boolean;
  /** What must be asked of the cloud before `isWronglyLeading` is complete. */
  readonly questions: readonly Question[];
  /** Families that point to an image of other origin. */
  readonly problems: readonly ImageProblem[];
}

/** The phases in which a copy can lead: its image exists or is being created. */
const LIVE = new Set<CopyPhase>(["requested", "copying", "finishing", "ready"]);

/** What the leaders are found from: the records, and what was read from the cloud. */
export interface FamilyInput {
  readonly copies: readonly Copy[];
  readonly copyOf: (key: CopyKey) => Copy | undefined;
  readonly observation: Observation;
  readonly images: ReadonlyMap<string, RegionImages>;
  readonly answers: Answers;
  readonly sweep: boolean;
  readonly now: Millis;
  /** Whether the version was recalled, so that it cannot lead. */
  readonly isRecalled: (key: CopyKey) => boolean;
  /** Whether the family of this copy waits for copies in other regions. */
  readonly isHeld: (desired: DesiredCopy) => boolean;
}

/**
 * Finds the leader of each family and region from the records, and in a sweep the wrongly leading
 * images from the cloud's answers. `rollbacks`: versions that cannot lead.
 */
export function families(
  { copies: recorded, copyOf, observation, images, answers, sweep, now, isRecalled, isHeld }: FamilyInput,
  desiredCopies: ReadonlyCopyMap<DesiredCopy>,
  rollbacks: RolledBack,
): Families {
  const current = (copy: Copy) => withDesired(copy, desiredCopies.get(copy.key));
  const copies = recorded.map(current);
  // A stuck copy that is NORMAL after all is completed in the same step, once its recheck is due. One that has its
  // name and is in its family leads meanwhile, whatever else it waits for.
  const isCompleted = (copy: Copy) => {
    const image = imageOf(copy, observation);
    if (copy.phase !== "stuck" || image?.state !== "NORMAL") return false;
    return (copy.notBefore ?? 0) <= now || (image.family === copy.family && !tokenIn(image.name));
  };
  const mayLead = (copy: Copy) =>
    (LIVE.has(copy.phase) || isCompleted(copy) || isRevived(copy, desiredCopies)) &&
    rollbacks.of(copy.key, copy) === undefined &&
    !isRecalled(copy.key);
  const isPublishable = (copy: Copy) => {
    if (copy.phase === "ready" || copy.phase === "retired") return true;
    if (copy.phase === "finishing" && copy.nameHold) return false;
    const desired = desiredCopies.get(copy.key);
    const image = imageOf(copy, observation);
    if (!desired || !image || (copy.phase === "copying" && image.state !== "NORMAL")) return false;
    return image.family === copy.family || !isHeld(desired);
  };
  const leaders = leadersOf(copies.filter((copy) => copy.family !== undefined && mayLead(copy) && isPublishable(copy)));
  const leaderOf = new Map(leaders.map((leader) => [familyIdOf(leader), leader]));
  const leads = (key: CopyKey) => {
    const copy = copyOf(key);
    const candidate = copy && current(copy);
    return candidate !== undefined && mayLead(candidate) && !isOutrun(candidate, leaderOf);
  };
  const byImage = lazily(
    () => new Map(copies.flatMap((copy) => (hasImage(copy) ? [[imageText(copy), copy] as const] : []))),
  );
  const copyByImage = (image: Image) => byImage().get(refText(image));
  // Only a sweep reads every image of a family.
  const sources = lazily(() => new Map([...desiredCopies.values()].map(({ root }) => [refText(root), root])));
  const sourceOf = (image: Image) => sources().get(refText(image));
  const sight = { observation, images, answers, copyByImage, sourceOf, isRecalled };
  const checks = sweep ? leaders.map((leader) => checkFamilyOf(leader, sight)) : [];
  const wronglyLeading = new Set(checks.flatMap(({ wrong = [] }) => wrong.map(refText)));
  return {
    leads,
    isWronglyLeading: (image) => wronglyLeading.size > 0 && wronglyLeading.has(refText(image)),
    questions: checks.flatMap(({ question }) => question ?? []),
    problems: checks.flatMap(({ problem }) => problem ?? []),
  };
}

/** The copy of the newest version of each family in each region. */
function leadersOf(copies: readonly Copy[]): Copy[] {
  const leaders = new Map<string, Copy>();
  for (const copy of copies) {
    if (copy.family === undefined) continue;
    const familyId = familyIdOf(copy);
    const other = leaders.get(familyId);
    if (!other || isNewer(copy, other)) leaders.set(familyId, copy);
  }
  return [...leaders.values()];
}

function familyIdOf({ key, family }: Copy): string {
  return `${key.region}/${family}`;
}

/** Whether a copy has no family, or the leader of its family is newer. */
function isOutrun(copy: Copy, leaderOf: ReadonlyMap<string, Copy>): boolean {
  const leader = leaderOf.get(familyIdOf(copy));
  return copy.family === undefined || (leader !== undefined && isNewer(leader, copy));
}

/** Whether a retired copy is desired again, so that it is about to be ready. */
function isRevived({ key, phase }: Copy, desiredCopies: ReadonlyCopyMap<DesiredCopy>): boolean {
  return phase === "retired" && desiredCopies.has(key);
}

/** What a check of one family looks at. */
interface Sight extends Pick<FamilyInput, "observation" | "images" | "answers" | "isRecalled"> {
  /** The recorded copy of each image. */
  readonly copyByImage: (image: Image) => Copy | undefined;
  /** The sources that policies select. */
  readonly sourceOf: (image: Image) => Image | undefined;
}

/** What a check of one family finds: images that lead wrongly, or a question, or a problem. */
interface FamilyCheck {
  readonly wrong?: readonly Image[];
  readonly question?: Question;
  readonly problem?: ImageProblem;
}

/**
 * Asks the cloud which image the leader's family points to, if several images are in it, and
 * compares the answer.
 */
function checkFamilyOf(leader: Copy, sight: Sight): FamilyCheck {
  const { observation, images, answers, copyByImage, sourceOf, isRecalled } = sight;
  const { region } = leader.key;
  const family = leader.family ?? "";
  const image = imageOf(leader, observation);
  if (!image || image.family !== family || image.deprecated || leader.phase !== "ready") return {};
  // While the leader's image is being copied, the family points to another one for a while.
  if (image.state !== "NORMAL") return {};
  const members = images.get(region)?.inFamily(family) ?? [];
  const otherMembers = members.filter((other) => other !== image && !hasFailed(other));
  if (otherMembers.length === 0) return {};
  const mayLeave = (other: Image) => mayLeaveFamily(copyByImage(other), leader, isRecalled);
  const question = { ask: "family", region, family } as const;
  const answer = answerTo(answers, question);
  if (!answer) return { question };
  if ("unanswerable" in answer) {
    // Without an answer, the image created last is assumed to lead.
    const later = otherMembers.filter((other) => !other.deprecated && other.createdAt >= image.createdAt);
    return { wrong: later.filter(mayLeave) };
  }
  const pointed = otherMembers.find(({ imageId }) => imageId === answer.value);
  if (!pointed) return {};
  if (mayLeave(pointed)) return { wrong: [pointed] };
  if (copyByImage(pointed)) return {};
  // Where two regions copy to each other, the newest version in a region may be a source of its own.
  const source = sourceOf(pointed);
  if (source && compareVersions(source, versionOf(leader)) > 0) return {};
  const { imageId: pointedId, name: pointedName } = pointed;
  const taken = reason("family-taken", { family, region, pointedId, pointedName, imageId: image.imageId });
  return { problem: { images: [image, pointed], reason: taken } };
}

/**
 * May the image of this copy leave the family? Yes if the copy is desired, or orphaned and older
 * than the leader, or recalled. No if it is orphaned and newer, because its source may only be absent
 * for now. Adopted and unrecorded images never leave.
 */
function mayLeaveFamily(copy: Copy | undefined, leader: Copy, isRecalled: FamilyInput["isRecalled"]): boolean {
  if (copy?.phase === "ready") return !copy.adopted;
  return (
    copy?.phase === "retired" &&
    !copy.adopted &&
    // A copy of the same source with other encryption leaves, too: the desired variant leads.
    (isRecalled(copy.key) ||
      rootRefId(leader.key) === rootRefId(copy.key) ||
      (copy.rootCreatedAt !== undefined && isNewer(leader, copy)))
  );
}

/**
 * The copy with the family and age of its desired copy. The policy may name another family by now,
 * and a record that was recovered from an ownership marker has neither.
 */
function withDesired(copy: Copy, desired: DesiredCopy | undefined): Copy {
  // Where policies contradict each other, the copy stays as it is.
  if (!desired || desired.block?.code === "contradiction") return copy;
  const { family } = desired.publication;
  const { name, createdAt } = desired.root;
  if (copy.family === family && copy.rootName === name && copy.rootCreatedAt === createdAt) return copy;
  const { family: _, ...rest } = copy;
  const updated = { ...rest, rootName: name, rootCreatedAt: createdAt };
  return family === undefined ? updated : { ...updated, family };
}

/** Whether `a` is of a newer version than `b`; of two copies of one version, the key decides. */
function isNewer(a: Copy, b: Copy): boolean {
  const order = compareVersions(versionOf(a), versionOf(b));
  return order === 0 ? copyId(a.key) > copyId(b.key) : order > 0;
}

function imageOf(copy: Copy, observation: Observation): Image | undefined {
  if (!hasImage(copy)) return undefined;
  const image = seen(observation, { region: copy.key.region, imageId: copy.imageId });
  return typeof image === "string" ? undefined : image;
}

function hasImage(copy: Copy): copy is Extract<Copy, CopyImage> {
  return "imageId" in copy;
}

function imageText({ key, imageId }: Extract<Copy, CopyImage>): string {
  return refText({ region: key.region, imageId });
}
