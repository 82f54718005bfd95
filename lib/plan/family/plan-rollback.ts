// What rolling a family back does, region by region.
import {
  copyId,
  IGNORE_TAG,
  isAside,
  isIntermediate,
  isProven,
  ROLLED_BACK_TAG,
  rootRefId,
  tokenIn,
} from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { hasFailed, type Observation, seen } from "../../model/observation.ts";
import type { Copy, Image, ImageRef, Reason } from "../../model/types.ts";
import type { CloudCall, RecordChange } from "../types.ts";
import { ROLLBACK } from "../upkeep/refresh-record.ts";

/** What rolling a family back does in one region. */
export interface RegionRollback {
  readonly region: string;
  /** The image that leaves the family. */
  readonly from: ImageRef & { readonly name: string };
  /** The former one, to which the family then points. */
  readonly to: ImageRef & { readonly name: string };
}

/** A family that is rolled back: the marks to set, and where it cannot be done. */
export interface Rollback {
  readonly regions: readonly RegionRollback[];
  /** What is remembered before the marks are set, also of copies that are not finished. */
  readonly changes: readonly RecordChange[];
  readonly calls: readonly Extract<CloudCall, { do: "tag" }>[];
  /** The copies whose attributes follow from the marks. */
  readonly concerned: ReadonlySet<string>;
  readonly problems: readonly Reason[];
  /** What somebody should know; nothing has failed. */
  readonly remarks: readonly Reason[];
}

/** A copy of ours, provably, and its image. */
interface OwnedCopy {
  readonly copy: Copy & { readonly imageId: string };
  readonly image: Image;
}

/**
 * Takes the newest version out of its family wherever a copy of it is in there and an older one is. Which one that is the cloud
 * says, whatever has become of the copy in our records. It is marked only: by a tag in the cloud, so that no later run undoes it,
 * with or without our records. What follows from the mark (the copy is deprecated and leaves its family, the former one is given
 * it) is done by the ordinary plan; see `drift.ts` and, for what is not finished, `pursue.ts`.
 *
 * Asked for again, it goes on with what was begun and else does nothing. `further`: one version further back.
 */
export function rollback(
  family: string,
  copies: readonly Copy[],
  observation: Observation,
  further: boolean,
  now: number,
): Rollback {
  const ownedCopies = copies
    .flatMap((copy) => ownedCopyOf(copy, observation) ?? [])
    .sort((a, b) => (isOlder(a, b) ? 1 : isOlder(b, a) ? -1 : 0));
  const marked = ownedCopies.filter(({ image }) => image.tags[ROLLED_BACK_TAG] === family);
  const unmarked = ownedCopies.filter(({ image }) => image.tags[ROLLED_BACK_TAG] === undefined);
  const inFamily = unmarked.filter(({ image }) => image.family === family);
  const begun = inFamily.filter((one) => marked.some((other) => isSameRoot(one, other)));
  const [newest] = further ? inFamily.filter((one) => !begun.includes(one)) : inFamily;
  const [before] = marked;
  const isDone = !further && before !== undefined && (newest === undefined || isOlder(newest, before));
  const bad = isDone ? (begun[0] ?? before) : newest;
  if (!bad) return noRollback(family, copies, ownedCopies);

  const regions: RegionRollback[] = [];
  const problems: Reason[] = [];
  /** Those that get the mark, and those that get the family. */
  const out = new Map<string, OwnedCopy>();
  const into: OwnedCopy[] = [];
  const concerned = new Set<string>();
  for (const one of [...inFamily, ...marked].filter((other) => isSameRoot(other, bad))) {
    const { region } = one.copy.key;
    const former = unmarked
      .filter((other) => other.copy.key.region === region && isOlder(other, bad))
      .find((other) => isFormer(other, family, observation));
    concerned.add(copyId(one.copy.key));
    if (former) {
      regions.push({ region, from: named(one.image), to: named(former.image) });
      concerned.add(copyId(former.copy.key));
      if (former.image.family !== family) into.push(former);
    } else if (!marked.includes(one)) {
      const text = `${region} has no former copy in the family "${family}"; ${one.image.imageId} stays in it`;
      problems.push({ code: "no-former", text, remedy: "deprecate that image by hand if nothing is better than it" });
      continue;
    }
    if (!marked.includes(one)) out.set(copyId(one.copy.key), one);
  }
  const isBegun = out.size > 0 || marked.some((other) => isSameRoot(other, bad));
  // Those that are not in the family yet, finished or not.
  const unpublished = copies.filter(
    (copy) =>
      isBegun &&
      isSameRoot({ copy }, bad) &&
      copy.family === family &&
      copy.rolledBackFrom === undefined &&
      ![...inFamily, ...marked].some((one) => copyId(one.copy.key) === copyId(copy.key)),
  );
  const unfinished = unpublished.filter((copy) => !isFinished(copy));
  const unpublishedIds = new Set(unpublished.filter(isFinished).map(({ key }) => copyId(key)));
  for (const one of ownedCopies) if (unpublishedIds.has(copyId(one.copy.key))) out.set(copyId(one.copy.key), one);
  for (const key of out.keys()) concerned.add(key);

  const repair = { what: ROLLBACK, tries: 0, at: now };
  const remember = (copy: Copy, leaves: boolean): RecordChange => {
    const { code: event, text } = journal("rollback", { family, leaves });
    return { do: "record", copy: { ...copy, updatedAt: now }, event, text };
  };
  const leaving = [...out.values()].map(({ copy, image }) => {
    const going: Copy = isFinished(copy) ? { ...copy, repair } : withoutBackoff(copy);
    const change = remember({ ...going, rolledBackFrom: family }, true);
    const call = { do: "tag", copy: change.copy, image, tags: { [ROLLED_BACK_TAG]: family } } as const;
    return { change, call };
  });
  const changes = [
    ...leaving.map(({ change }) => change),
    ...unfinished.map((copy) => remember({ ...withoutBackoff(copy), rolledBackFrom: family }, true)),
    // That it is to have the family is no drift, which might be only reported.
    ...into.map(({ copy: { rolledBackFrom: _, ...copy } }) =>
      remember(isFinished(copy) ? { ...copy, repair } : copy, false),
    ),
  ];
  const remarks = [
    ...(isDone && out.size === 0 ? [alreadyRolledBack(bad)] : []),
    ...differingTargets(regions),
    ...unfinished.map(notPublished),
    ...(regions.length > 0 ? sourceRemarks(family, bad, observation) : []),
  ];
  return { regions, changes, calls: leaving.map(({ call }) => call), concerned, problems, remarks };
}

function isFinished(copy: Copy): copy is Extract<Copy, { state: "ready" | "retired" }> {
  return copy.state === "ready" || copy.state === "retired";
}

/** What is blocked is looked at again in a while only; for this, at once. */
function withoutBackoff(copy: Copy): Copy {
  if (copy.state !== "blocked" || !copy.claim) return copy;
  const { notBefore: _, ...rest } = copy;
  return rest;
}

/**
 * A copy to go back to: finished, under its own name, and nobody has called its source bad. It may have been made too late to have ever been
 * in the family: what matters is which family it shall have.
 */
function isFormer({ copy, image }: OwnedCopy, family: string, observation: Observation): boolean {
  if (!isFinished(copy) || image.state !== "NORMAL" || image.deprecated) return false;
  if (isAside(image, copy.key) || isIntermediate(image, copy.key)) return false;
  const root = seen(observation, { region: copy.key.rootRegion, imageId: copy.key.rootId });
  if (typeof root !== "string" && (root.deprecated || Object.hasOwn(root.tags, IGNORE_TAG))) return false;
  return image.family === family || (copy.state === "ready" && copy.family === family);
}

function noRollback(family: string, copies: readonly Copy[], ownedCopies: readonly OwnedCopy[]): Rollback {
  const known = new Set([...copies.map((copy) => copy.family), ...ownedCopies.map(({ image }) => image.family)]);
  const names = [...known].flatMap((name) => (name ? [`"${name}"`] : [])).sort();
  const text = `no finished copy of this account is in the family "${family}"`;
  const remedy = names.length > 0 ? `there are ${names.join(", ")}` : "cvm-replicator status shows all copies";
  const problems = [{ code: "no-such-family", text, remedy }];
  return { regions: [], changes: [], calls: [], concerned: new Set(), problems, remarks: [] };
}

/** Under a name of its own, whatever it is doing: an image that is being copied is SYNCING. */
function ownedCopyOf(copy: Copy, observation: Observation): OwnedCopy | undefined {
  if (!("imageId" in copy) || copy.imageId === undefined || ("adopted" in copy && copy.adopted)) return undefined;
  const image = seen(observation, { region: copy.key.region, imageId: copy.imageId });
  if (typeof image === "string" || hasFailed(image) || tokenIn(image.name)) return undefined;
  if (!isProven(image, copy.key)) return undefined;
  return { copy: { ...copy, imageId: copy.imageId }, image };
}

function alreadyRolledBack(bad: OwnedCopy): Reason {
  const remedy = "--further goes back one more version";
  return { code: "rolled-back-before", text: `${nameOf(bad)} was rolled back before`, remedy };
}

function differingTargets(regions: readonly RegionRollback[]): Reason[] {
  const versions = new Map<string, string[]>();
  for (const { region, to } of regions) versions.set(to.name, [...(versions.get(to.name) ?? []), region]);
  if (versions.size < 2) return [];
  const each = [...versions].map(([name, where]) => `"${name}" in ${where.join(", ")}`);
  return [{ code: "former-differs", text: `the former version is not the same everywhere: ${each.join("; ")}` }];
}

function notPublished({ key, state }: Copy): Reason {
  const text = `the copy in ${key.region} is ${state}; it will not be in the family when it is finished`;
  return { code: "unfinished", text };
}

/** The source is no image of this program: its owner has to decide about it. */
function sourceRemarks(family: string, { copy }: OwnedCopy, observation: Observation): Reason[] {
  const { rootRegion, rootId } = copy.key;
  const root = seen(observation, { region: rootRegion, imageId: rootId });
  if (typeof root === "string" || root.deprecated) return [];
  const isIn = root.family === family;
  const isIgnored = Object.hasOwn(root.tags, IGNORE_TAG);
  if (!isIn && isIgnored) return [];
  const text = `the source ${rootId} ("${root.name}") in ${rootRegion} is left to you${isIn ? `: it is in the family "${family}" still` : ""}`;
  const out = isIn ? "deprecate it, or take it out of the family" : `deprecate it, or tag it ${IGNORE_TAG}`;
  const then =
    "; where it is deprecated or ignored no policy selects it, and its copies are deleted where prune.delete says so";
  return [{ code: "source-left", text, remedy: `${out}${isIgnored ? "" : then}` }];
}

function isSameRoot({ copy: { key: a } }: { copy: Copy }, { copy: { key: b } }: { copy: Copy }): boolean {
  return rootRefId(a) === rootRefId(b);
}

/** As families are led, see `family.ts`: the API shows seconds, and two versions may be of one. */
function isOlder(a: OwnedCopy, b: OwnedCopy): boolean {
  const [x, y] = [createdAtOf(a), createdAtOf(b)];
  return x === y ? rootRefId(a.copy.key) < rootRefId(b.copy.key) : x < y;
}

function createdAtOf({ copy, image }: OwnedCopy): number {
  return copy.rootCreatedAt ?? image.createdAt;
}

function nameOf({ copy: { key, rootName } }: OwnedCopy): string {
  return `${key.rootId} ("${rootName}")`;
}

function named({ region, imageId, name }: Image) {
  return { region, imageId, name };
}
