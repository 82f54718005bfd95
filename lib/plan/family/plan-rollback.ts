// Plans the rollback of a family: which images leave it and which return to it, region by region.
import { groupBy } from "../../model/collections.ts";
import { copyId, IGNORE_TAG, isAside, isIntermediate, ROLLED_BACK_TAG, stateOf } from "../../model/identity.ts";
import { versionIn } from "../../model/messages/family.ts";
import { journal } from "../../model/messages/journal.ts";
import { reason } from "../../model/messages/reasons.ts";
import { type Observation, seen } from "../../model/observation.ts";
import type { Copy, CopyIn, Image, ImageRef, Millis, Reason } from "../../model/types.ts";
import type { CloudCall, RecordChange } from "../types.ts";
import { ROLLBACK } from "../upkeep/refresh-record.ts";
import { isOlder, isSameRoot, type OwnedCopy, ownedCopies } from "./owned-copies.ts";
import { isRecalled } from "./usable.ts";

/** The rollback of a family in one region. */
export interface RegionRollback {
  readonly region: string;
  /** The image that leaves the family. */
  readonly from: ImageRef & { readonly name: string };
  /** The previous image, which the family points to afterwards. */
  readonly to: ImageRef & { readonly name: string };
}

/** The plan of a rollback: the tags to set, and the regions where it is not possible. */
export interface Rollback {
  readonly regions: readonly RegionRollback[];
  /** Changes to records, stored before the tags are set; unfinished copies have changes only. */
  readonly changes: readonly RecordChange[];
  /** The calls that set the rollback tag. */
  readonly calls: readonly Extract<CloudCall, { do: "tag" }>[];
  /** The copies (by `copyId`) whose attributes the next plans change because of the tags. */
  readonly concerned: ReadonlySet<string>;
  /** Why the rollback is impossible, as a whole or in a region. */
  readonly problems: readonly Reason[];
  /** Remarks for the user; nothing has failed. */
  readonly remarks: readonly Reason[];
}

/** Which family goes back. */
export interface RollbackOrder {
  readonly family: string;
  /** Goes back by one more version than an earlier rollback. */
  readonly further: boolean;
  /** The time of the changes. */
  readonly now: Millis;
}

/**
 * Plans to take the newest version of a family out of it, in every region that has both this
 * version and an older copy. The images in the cloud decide which version is the newest, whatever
 * state the records have.
 *
 * The rollback itself only sets a tag in the cloud, so that no later run undoes it, even if the
 * state is lost. The usual plan does the rest: it deprecates the tagged copy and takes it out of
 * the family, and the previous copy joins the family. See `lib/plan/upkeep/differences.ts` for
 * finished copies and `lib/plan/lifecycle/finishing/publish.ts` for unfinished ones.
 *
 * Repeating a rollback completes the regions that are missing, and changes nothing else.
 */
export function rollback(
  { family, further, now }: RollbackOrder,
  copies: readonly Copy[],
  observation: Observation,
): Rollback {
  const owned = ownedCopies(copies, observation);
  const chosen = chooseVersion({ family, further, now }, owned);
  if (!chosen) return noRollback(family, copies, owned);
  const { bad, isDone } = chosen;
  const { regions, leaving, joining, problems } = moveRegions(family, chosen, observation);
  const isBegun = leaving.length > 0 || chosen.tagged.some((other) => isSameRoot(other, bad));
  const unpublished = isBegun ? unpublishedCopies(family, copies, chosen) : [];
  const unpublishedIds = new Set(unpublished.filter(isFinished).map(({ key }) => copyId(key)));
  const out = [...leaving, ...owned.filter(({ copy }) => unpublishedIds.has(copyId(copy.key)))];
  const unfinished = unpublished.filter((copy) => !isFinished(copy));

  const repair = { differences: [ROLLBACK], tries: 0, at: now };
  const remember = (copy: Copy, to: "leave" | "join"): RecordChange => {
    const { code: event, text } = journal("rollback", { family, leaves: to === "leave" });
    return { do: "record", copy: { ...copy, updatedAt: now }, event, text };
  };
  const tags = out.map(({ copy, image }) => {
    const going: Copy = isFinished(copy) ? { ...copy, repair } : withoutBackoff(copy);
    const change = remember({ ...going, rolledBackFrom: family }, "leave");
    const call = { do: "tag", copy: change.copy, image, tags: { [ROLLED_BACK_TAG]: family } } as const;
    return { change, call };
  });
  const changes = [
    ...tags.map(({ change }) => change),
    ...unfinished.map((copy) => remember({ ...withoutBackoff(copy), rolledBackFrom: family }, "leave")),
    // Joining the family is part of the rollback and not drift, which the policy may only report.
    ...joining
      .filter(({ image }) => image.family !== family)
      .map(({ copy: { rolledBackFrom: _, ...copy } }) =>
        remember(isFinished(copy) ? { ...copy, repair } : copy, "join"),
      ),
  ];
  const remarks = [
    ...(isDone && out.length === 0
      ? [reason("rolled-back-before", { imageId: bad.copy.key.rootId, name: bad.copy.rootName })]
      : []),
    ...differingTargets(regions),
    ...unfinished.map(notPublished),
    ...(regions.length > 0 ? sourceRemarks(family, bad, observation) : []),
  ];
  const concerned = new Set([...versionCopies(chosen), ...joining, ...out].map(({ copy }) => copyId(copy.key)));
  return { regions, changes, calls: tags.map(({ call }) => call), concerned, problems, remarks };
}

/** The version that leaves the family, and the copies by their part in the rollback. */
interface Chosen {
  /** One copy of the version. */
  readonly bad: OwnedCopy;
  /** An earlier rollback has taken out this version, and there is no newer one. */
  readonly isDone: boolean;
  /** Copies that have left this family before. */
  readonly tagged: readonly OwnedCopy[];
  /** Copies that were never rolled back. */
  readonly untagged: readonly OwnedCopy[];
  /** The copies of `untagged` that are in the family. */
  readonly inFamily: readonly OwnedCopy[];
}

/** Chooses the newest version in the family; undefined if none can leave it. */
function chooseVersion({ family, further }: RollbackOrder, ownedCopies: readonly OwnedCopy[]): Chosen | undefined {
  const tagged = ownedCopies.filter(({ image }) => image.tags[ROLLED_BACK_TAG] === family);
  const untagged = ownedCopies.filter(({ image }) => image.tags[ROLLED_BACK_TAG] === undefined);
  const inFamily = untagged.filter(({ image }) => image.family === family);
  // An earlier rollback of the same version tagged it in some regions and not yet in these.
  const begun = inFamily.filter((one) => tagged.some((other) => isSameRoot(one, other)));
  const [newest] = further ? inFamily.filter((one) => !begun.includes(one)) : inFamily;
  const [lastRolledBack] = tagged;
  const isDone = !further && lastRolledBack !== undefined && (newest === undefined || isOlder(newest, lastRolledBack));
  const bad = isDone ? (begun[0] ?? lastRolledBack) : newest;
  return bad && { bad, isDone, tagged, untagged, inFamily };
}

/** The copies of the version, in the family or rolled back. */
function versionCopies({ bad, inFamily, tagged }: Chosen): OwnedCopy[] {
  return [...inFamily, ...tagged].filter((other) => isSameRoot(other, bad));
}

/** Finds for each region which copy leaves the family, and which previous copy it goes back to. */
function moveRegions(family: string, chosen: Chosen, observation: Observation) {
  const { bad, tagged, untagged } = chosen;
  const regions: RegionRollback[] = [];
  const problems: Reason[] = [];
  const leaving: OwnedCopy[] = [];
  const joining: OwnedCopy[] = [];
  for (const one of versionCopies(chosen)) {
    const { region } = one.copy.key;
    const previous = untagged
      .filter((other) => other.copy.key.region === region && !isSameRoot(other, bad) && isOlder(other, bad))
      .find((other) => isFormer(other, family, observation));
    const isTagged = tagged.includes(one);
    if (previous) {
      regions.push({ region, from: named(one.image), to: named(previous.image) });
      joining.push(previous);
    } else if (!isTagged) {
      problems.push(reason("no-previous-version", { region, family, imageId: one.image.imageId }));
    }
    if (previous && !isTagged) leaving.push(one);
  }
  return { regions, problems, leaving, joining };
}

/** Copies of the version that are not in the family yet, finished or not. */
function unpublishedCopies(family: string, copies: readonly Copy[], { bad, inFamily, tagged }: Chosen): Copy[] {
  const known = new Set([...inFamily, ...tagged].map(({ copy }) => copyId(copy.key)));
  return copies.filter(
    (copy) =>
      isSameRoot({ copy }, bad) &&
      copy.family === family &&
      copy.rolledBackFrom === undefined &&
      !known.has(copyId(copy.key)),
  );
}

/** Whether the copy is ready or retired. */
function isFinished(copy: Copy): copy is CopyIn<"ready" | "retired"> {
  return copy.phase === "ready" || copy.phase === "retired";
}

/** A stuck copy without its backoff, so that the next run handles it immediately. */
function withoutBackoff(copy: Copy): Copy {
  if (copy.phase !== "stuck") return copy;
  const { notBefore: _, ...rest } = copy;
  return rest;
}

/**
 * Whether the family can go back to this copy: it is finished and has its own name, and its source
 * is not recalled. It need not be in the family, because it may have been created
 * too late; its desired family counts.
 */
function isFormer({ copy, image }: OwnedCopy, family: string, observation: Observation): boolean {
  if (!isFinished(copy) || image.state !== "NORMAL" || image.deprecated) return false;
  if (isAside(image, copy.key) || isIntermediate(image, copy.key)) return false;
  if (isRecalled(copy.key, observation)) return false;
  return image.family === family || (copy.phase === "ready" && copy.family === family);
}

/**
 * The empty rollback of a family without a copy that could leave it; names the other families, or the
 * installation that made all of its copies.
 */
function noRollback(family: string, copies: readonly Copy[], ownedCopies: readonly OwnedCopy[]): Rollback {
  const own = copies.filter((copy) => makerOf(copy) === undefined);
  const names = new Set([...own.map((copy) => copy.family), ...ownedCopies.map(({ image }) => image.family)]);
  const families = [...names].flatMap((name) => (name && name !== family ? [name] : [])).sort();
  const installation = copies.filter((copy) => copy.family === family).flatMap((copy) => makerOf(copy) ?? [])[0];
  const problems = [
    installation !== undefined && !names.has(family)
      ? reason("family-of-other", { family, installation })
      : reason("no-such-family", { family, families }),
  ];
  return { regions: [], changes: [], calls: [], concerned: new Set(), problems, remarks: [] };
}

/** The other installation that made a copy; undefined if this one did. */
function makerOf(copy: Copy): string | undefined {
  return "installation" in copy ? copy.installation : undefined;
}

function differingTargets(regions: readonly RegionRollback[]): Reason[] {
  const byVersion = groupBy(regions, ({ to }) => to.name);
  if (byVersion.size < 2) return [];
  const versions = [...byVersion].map(([name, some]) =>
    versionIn(
      name,
      some.map(({ region }) => region),
    ),
  );
  return [reason("previous-version-differs", { versions })];
}

function notPublished(copy: Copy): Reason {
  return reason("unfinished", { state: stateOf(copy), region: copy.key.region });
}

/** A rollback never changes the source, which is not this program's; its owner must decide. */
function sourceRemarks(family: string, { copy }: OwnedCopy, observation: Observation): Reason[] {
  const { rootRegion, rootId } = copy.key;
  const root = seen(observation, { region: rootRegion, imageId: rootId });
  if (typeof root === "string" || root.deprecated) return [];
  const isIn = root.family === family;
  const isIgnored = Object.hasOwn(root.tags, IGNORE_TAG);
  if (!isIn && isIgnored) return [];
  const source = { imageId: rootId, name: root.name, region: rootRegion };
  return [reason("source-left", { ...source, ...(isIn && { family }), isIgnored, ignoreTag: IGNORE_TAG })];
}

function named({ region, imageId, name }: Image) {
  return { region, imageId, name };
}
