// Which image to start from: region → image id for each family and policy, from the records alone.
import type { Problem } from "../../model/errors.ts";
import { toProblem } from "../../model/errors.ts";
import { imageIdOf, isActive, rootRefId, stateOf, versionOf } from "../../model/identity.ts";
import { compareVersions } from "../../model/image.ts";
import { outputProblem } from "../../model/messages/outputs.ts";
import type { Copy, CopyState, ImageRef, Reason } from "../../model/types.ts";
import { didYouMean } from "../../policy/values/did-you-mean.ts";
import { chooseCopies } from "../copies/choose-copies.ts";
import { reasonOf } from "../summary.ts";

/** Which outputs. Values of one list are alternatives; an absent or empty list does not limit. */
export interface OutputFilter {
  /** If given without `policies`, no policy is listed; and the other way round. */
  readonly families?: readonly string[];
  readonly policies?: readonly string[];
  readonly regions?: readonly string[];
  /** Source or copy ids, or names of sources. */
  readonly images?: readonly string[];
}

/** What an image is listed for: a family, or a policy. */
export interface OutputOwner {
  readonly kind: "family" | "policy";
  readonly name: string;
}

/** One image, and the source that it was made from. The source itself is listed for its own region. */
export interface OutputImage extends OutputOwner, ImageRef {
  readonly source: ImageRef & { readonly name: string };
}

/** A region that has no usable image, and why. */
export interface MissingImage extends OutputOwner {
  readonly region: string;
  readonly source: ImageRef & { readonly name: string };
  readonly state: CopyState;
  readonly reason: Reason | null;
}

/** The outputs in the order of kind, name and region. */
export interface Outputs {
  readonly images: readonly OutputImage[];
  readonly missing: readonly MissingImage[];
}

/**
 * The images to start from. For a family: in each region the newest usable version, which is the one
 * that the family points to. For a policy: the copies of its newest source. The source counts in its
 * own region. A version that was rolled back counts nowhere. A copy that two policies desire is
 * listed for the one that `status` shows. Problems are values of the filter that nothing has.
 */
export function outputsOf(copies: readonly Copy[], filter: OutputFilter): { outputs: Outputs; problems: Problem[] } {
  const { families = [], policies = [], regions = [], images = [] } = filter;
  const rootRegions = copies.map(({ key }) => key.rootRegion);
  const { problems } = chooseCopies(copies, { policies, regions, images }, { regions: rootRegions });
  const { chosen } = chooseCopies(copies, { images });
  const usable = withoutRolledBack(chosen);
  const known = [...new Set(copies.flatMap(({ family }) => family ?? []))].sort();
  const unknown = families.filter((family) => !known.includes(family));
  for (const family of unknown) {
    const meant = didYouMean(family, known);
    problems.push(toProblem("--family", outputProblem("unknown-family", { family, meant, known })));
  }
  const isAll = families.length === 0 && policies.length === 0;
  const familyNames = isAll ? new Set(usable.flatMap(({ family }) => family ?? [])) : new Set(families);
  const policyNames = isAll ? new Set(usable.filter(isActive).map(({ policy }) => policy)) : new Set(policies);
  const found = [
    ...[...familyNames].sort().map((name) => ofFamily(name, usable)),
    ...[...policyNames].sort().map((name) => ofPolicy(name, usable)),
  ];
  const isShown = ({ region }: { readonly region: string }) => regions.length === 0 || regions.includes(region);
  const byRegion = (a: { readonly region: string }, b: { readonly region: string }) => (a.region < b.region ? -1 : 1);
  return {
    outputs: {
      images: found.flatMap((one) => one.images.filter(isShown).sort(byRegion)),
      missing: found.flatMap((one) => one.missing.filter(isShown).sort(byRegion)),
    },
    problems,
  };
}

interface Found {
  readonly images: OutputImage[];
  readonly missing: MissingImage[];
}

/** Drops every copy of a version that `rollback` took out of its family anywhere: its owner calls it bad. */
function withoutRolledBack(copies: readonly Copy[]): Copy[] {
  const bad = new Set(
    copies.filter(({ rolledBackFrom }) => rolledBackFrom !== undefined).map(({ key }) => rootRefId(key)),
  );
  const good = copies.filter(({ key }) => !bad.has(rootRefId(key)));
  // What a rollback points back to is often retired already: no policy selects that version any more.
  const places = new Set(copies.filter((copy) => bad.has(rootRefId(copy.key)) && isActive(copy)).map(placeOf));
  const hasReady = new Set(good.filter(isUsable).map(placeOf));
  return good.filter((copy) => {
    if (isActive(copy)) return true;
    const place = placeOf(copy);
    return copy.phase === "retired" && places.has(place) && !hasReady.has(place) && copy.missingSince === undefined;
  });
}

const placeOf = ({ key, policy, family }: Copy) => [key.region, policy, family ?? ""].join("/");

/** Whether instances can be started from the copy: it is finished, and was there when it was last looked for. */
const isUsable = (copy: Copy) => stateOf(copy) === "ready";

function ofFamily(name: string, all: readonly Copy[]): Found {
  const owner = { kind: "family", name } as const;
  const copies = withoutIntermediate(all.filter(({ family }) => family === name));
  const roots = newestRoots(copies.filter(isActive).filter(({ rootFamily }) => rootFamily === name));
  const regions = new Set([...copies.map(({ key }) => key.region), ...roots.keys()]);
  const images: OutputImage[] = [];
  const missing: MissingImage[] = [];
  for (const region of regions) {
    const here = copies.filter(({ key }) => key.region === region).sort(newestFirst);
    const copy = here.find((one) => isUsable(one) || one.phase === "retired");
    const root = roots.get(region);
    if (root && (!copy || compareVersions(versionOf(root), versionOf(copy)) > 0))
      images.push(sourceOutput(owner, root));
    else if (copy) images.push(copyOutput(owner, copy));
    else if (here[0]) missing.push(missingOutput(owner, here[0]));
  }
  return { images, missing };
}

function ofPolicy(name: string, all: readonly Copy[]): Found {
  const owner = { kind: "policy", name } as const;
  const ofThis = all.filter(({ policy }) => policy === name).sort(newestFirst);
  const newest = ofThis.find(isActive) ?? ofThis[0];
  if (!newest) return { images: [], missing: [] };
  const copies = withoutIntermediate(ofThis.filter(({ key }) => rootRefId(key) === rootRefId(newest.key)));
  const isReady = (copy: Copy) => isUsable(copy) || copy.phase === "retired";
  const hasOwnCopy = copies.some(({ key }) => key.region === key.rootRegion);
  return {
    images: [
      ...copies.filter(isReady).map((copy) => copyOutput(owner, copy)),
      ...(hasOwnCopy ? [] : [sourceOutput(owner, newest)]),
    ],
    missing: copies.filter((copy) => !isReady(copy)).map((copy) => missingOutput(owner, copy)),
  };
}

/** Of the copies of one source in one region the encrypted one, if there is one: the plain one is a step to it. */
function withoutIntermediate(copies: readonly Copy[]): Copy[] {
  const idOf = ({ key }: Copy) => `${rootRefId(key)}/${key.region}`;
  const encrypted = new Set(copies.filter(({ key }) => key.variant !== "plain").map(idOf));
  return copies.filter((copy) => copy.key.variant !== "plain" || !encrypted.has(idOf(copy)));
}

/** The newest source in each region, by one of its copies. */
function newestRoots(copies: readonly Copy[]): Map<string, Copy> {
  const roots = new Map<string, Copy>();
  for (const copy of [...copies].sort(newestFirst)) {
    if (!roots.has(copy.key.rootRegion)) roots.set(copy.key.rootRegion, copy);
  }
  return roots;
}

const newestFirst = (a: Copy, b: Copy) => compareVersions(versionOf(b), versionOf(a));

const sourceOf = ({ key, rootName }: Copy) => ({ region: key.rootRegion, imageId: key.rootId, name: rootName });

function sourceOutput(owner: OutputOwner, copy: Copy): OutputImage {
  const source = sourceOf(copy);
  return { ...owner, region: source.region, imageId: source.imageId, source };
}

function copyOutput(owner: OutputOwner, copy: Copy): OutputImage {
  return { ...owner, region: copy.key.region, imageId: imageIdOf(copy) ?? "", source: sourceOf(copy) };
}

function missingOutput(owner: OutputOwner, copy: Copy): MissingImage {
  const state = stateOf(copy);
  return { ...owner, region: copy.key.region, source: sourceOf(copy), state, reason: reasonOf(copy) };
}
