// Finds the copy that leads each family in each region, and copies that lead it wrongly.
import { copyId, rootRefId } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import { type Answers, answerTo, hasFailed, type Observation, type Question, seen } from "../../model/observation.ts";
import type { Copy, CopyKey, Image, ImageRef, Reason } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import type { RegionImages } from "../image-index.ts";
import type { RolledBack } from "./rolled-back.ts";

/**
 * What the planner knows about image families. In each region, a family points to one of its
 * images, apparently the one created last; this is not documented, and not verified. An older
 * version may be copied later than a newer one, so the copy of the newest version *leads*: only the
 * leader is put into the family, and older copies stay in it. If the family points to an older copy
 * instead of the leader, that copy leaves the family.
 */
export interface Families {
  /** Whether the copy is the leader of its family in its region. */
  readonly leads: (key: CopyKey) => boolean;
  /**
   * Whether the image must leave its family, because the family points to it instead of the leader.
   */
  readonly isWronglyLeading: (image: Image) => boolean;
  /** What must be asked of the cloud before `isWronglyLeading` is complete. */
  readonly questions: readonly Question[];
  /** Families that point to an image of other origin. */
  readonly problems: readonly Reason[];
}

/** The states in which a copy can lead: its image exists or is being created. */
const LIVE = new Set<Copy["state"]>(["copying", "finishing", "ready"]);

/** What the leaders are found from: the records, and what was read from the cloud. */
export interface FamilyInput {
  readonly copies: readonly Copy[];
  readonly observation: Observation;
  readonly images: ReadonlyMap<string, RegionImages>;
  readonly answers: Answers;
  readonly sweep: boolean;
}

/**
 * Finds the leader of each family and region from the records, and in a sweep the wrongly leading
 * images from the cloud's answers. `rollbacks`: versions that cannot lead.
 */
export function families(
  { copies: recorded, observation, images, answers, sweep }: FamilyInput,
  desiredCopies: ReadonlyMap<string, DesiredCopy>,
  rollbacks: RolledBack,
): Families {
  const copies = recorded.map((copy) => withDesired(copy, desiredCopies.get(copyId(copy.key))));
  const leaders = leadersOf(copies, rollbacks);
  const leading = new Set(leaders.map(({ key }) => copyId(key)));
  const copyByImage = new Map(copies.flatMap((copy) => (hasImage(copy) ? [[imageText(copy), copy]] : [])));
  // Only a sweep reads every image of a family.
  const sight = { observation, images, answers, copyByImage };
  const checks = sweep ? leaders.map((leader) => checkFamilyOf(leader, sight)) : [];
  const wronglyLeading = new Set(checks.flatMap(({ wrong = [] }) => wrong.map(refText)));
  return {
    leads: (key) => leading.has(copyId(key)),
    isWronglyLeading: (image) => wronglyLeading.has(refText(image)),
    questions: checks.flatMap(({ question }) => question ?? []),
    problems: checks.flatMap(({ problem }) => problem ?? []),
  };
}

/** The copy of the newest version of each family in each region. */
function leadersOf(copies: readonly Copy[], rollbacks: RolledBack): Copy[] {
  const leaders = new Map<string, Copy>();
  for (const copy of copies) {
    if (copy.family === undefined || !LIVE.has(copy.state) || rollbacks.of(copy.key, copy) !== undefined) continue;
    const familyId = `${copy.key.region}/${copy.family}`;
    const other = leaders.get(familyId);
    if (!other || isNewer(copy, other)) leaders.set(familyId, copy);
  }
  return [...leaders.values()];
}

/** What a check of one family looks at. */
interface Sight extends Pick<FamilyInput, "observation" | "images" | "answers"> {
  /** The recorded copy of each image. */
  readonly copyByImage: ReadonlyMap<string, Copy>;
}

/** What a check of one family finds: images that lead wrongly, or a question, or a problem. */
interface FamilyCheck {
  readonly wrong?: readonly Image[];
  readonly question?: Question;
  readonly problem?: Reason;
}

/**
 * Asks the cloud which image the leader's family points to, if several images are in it, and
 * compares the answer.
 */
function checkFamilyOf(leader: Copy, { observation, images, answers, copyByImage }: Sight): FamilyCheck {
  const { region } = leader.key;
  const family = leader.family ?? "";
  const image = imageOf(leader, observation);
  if (!image || image.family !== family || image.deprecated || leader.state !== "ready") return {};
  // While the leader's image is being copied, the family points to another one for a while.
  if (image.state !== "NORMAL") return {};
  const members = images.get(region)?.inFamily(family) ?? [];
  const otherMembers = members.filter((other) => other !== image && !hasFailed(other));
  if (otherMembers.length === 0) return {};
  const mayLeave = (other: Image) => mayLeaveFamily(copyByImage.get(refText(other)), leader);
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
  if (copyByImage.has(refText(pointed))) return {};
  const { imageId: pointedId, name: pointedName } = pointed;
  return { problem: reason("family-taken", { family, region, pointedId, pointedName, imageId: image.imageId }) };
}

/**
 * May the image of this copy leave the family? Yes if the copy is desired, or orphaned and older
 * than the leader. No if it is orphaned and newer, because its source may only be absent for now.
 * Adopted and unrecorded images never leave.
 */
function mayLeaveFamily(copy: Copy | undefined, leader: Copy): boolean {
  if (copy?.state === "ready") return !copy.adopted;
  return (
    copy?.state === "retired" &&
    !copy.adopted &&
    // A copy of the same source with other encryption leaves, too: the desired variant leads.
    (rootRefId(leader.key) === rootRefId(copy.key) || (copy.rootCreatedAt !== undefined && isNewer(leader, copy)))
  );
}

/**
 * The copy with the family and age of its desired copy. The policy may name another family by now,
 * and a record that was recovered from an ownership marker has neither.
 */
function withDesired(copy: Copy, desired: DesiredCopy | undefined): Copy {
  if (!desired) return copy;
  const { family: _, ...rest } = copy;
  const { family } = desired.publication;
  const updated = { ...rest, rootCreatedAt: desired.root.createdAt };
  return family === undefined ? updated : { ...updated, family };
}

/** Whether `a` is of a newer version than `b`; the key decides within the same second. */
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

function imageText({ key, imageId }: Copy & { imageId: string }): string {
  return refText({ region: key.region, imageId });
}

function refText({ region, imageId }: ImageRef): string {
  return `${region}/${imageId}`;
}
