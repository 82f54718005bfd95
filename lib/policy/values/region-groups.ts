// Expands region groups and lists of regions to region ids.
import type { Message } from "../../model/messages/define.ts";
import { policyProblem } from "../../model/messages/policy-rules.ts";
import type { DeclaredSides } from "../../model/policy.ts";
import { ADDS, declareRegions, type GroupProblem } from "./declared-regions.ts";
import { didYouMean, nearest } from "./did-you-mean.ts";
import { BUILT_IN_GROUPS, REGIONS, RETIRED_REGIONS, regionOf, toRegionId } from "./regions.ts";

/** Group name → region ids. */
export type Groups = ReadonlyMap<string, readonly string[]>;

/** What is wrong with one entry of a list of regions. */
export interface EntryProblem {
  readonly index: number;
  readonly message: Message;
}

/** What a list of regions and groups names. */
interface Expanded {
  /** Region ids, each once, in the order of the list. */
  readonly regions: readonly string[];
  readonly problems: readonly EntryProblem[];
  /** The entries that name a region which neither this release nor the file knows. */
  readonly unknown: readonly { readonly index: number; readonly id: string }[];
}

/**
 * Expands a list of regions and groups to region ids. An entry with a leading `!` excludes its
 * regions, wherever it stands in the list.
 */
export function expandRegions(entries: readonly string[], groups: Groups): Expanded {
  const included = new Set<string>();
  const excluded = new Set<string>();
  const problems: EntryProblem[] = [];
  const unknown: { index: number; id: string }[] = [];
  for (const [index, entry] of entries.entries()) {
    const name = entry.startsWith("!") ? entry.slice(1) : entry;
    const ids = groups.get(name) ?? (isKnown(name, groups) || mayBeRegion(name, groups) ? [name] : undefined);
    if (!ids) problems.push({ index, message: entryProblem(name, groups) });
    else if (!groups.has(name) && !isKnown(name, groups)) unknown.push({ index, id: name });
    for (const id of ids ?? []) (name === entry ? included : excluded).add(id);
  }
  return { regions: [...included].filter((id) => !excluded.has(id)), problems, unknown };
}

/**
 * Why a word cannot be the id of a region; undefined if it can. `others` are other words that are
 * allowed in this place.
 */
export function regionProblem(word: string, groups: Groups, others: readonly string[] = []): Message | undefined {
  if (isKnown(word, groups) || mayBeRegion(word, groups)) return undefined;
  if (RETIRED_REGIONS.includes(word)) return policyProblem("retired-region", { name: word });
  return policyProblem("unknown-region", { name: word, near: didYouMean(word, [...others, ...knownIds(groups)]) });
}

/** Whether this release knows the region, or the file states its side. */
function isKnown(id: string, groups: Groups): boolean {
  return regionOf(id) !== undefined || (groups.get("all")?.includes(id) ?? false);
}

/** A word this near to a known one is a misspelling of that, and not a new region. */
const MISSPELT = 2;

/** Whether a word may name a region that is newer than this release. */
function mayBeRegion(word: string, groups: Groups): boolean {
  if (toRegionId(word) !== word || RETIRED_REGIONS.includes(word)) return false;
  return nearest(word, [...knownIds(groups), ...groups.keys()], MISSPELT) === undefined;
}

function knownIds(groups: Groups): string[] {
  return [...new Set([...REGIONS.map(({ id }) => id), ...(groups.get("all") ?? [])])];
}

function entryProblem(name: string, groups: Groups): Message {
  if (RETIRED_REGIONS.includes(name)) return policyProblem("retired-region", { name });
  if (name.startsWith(ADDS)) return policyProblem("addition-in-list", { id: name.slice(ADDS.length) });
  const ids = knownIds(groups);
  const words = [...ids, ...groups.keys()];
  const near = nearest(name, words, MISSPELT) ?? didYouMean(name, words);
  // One wrong letter is certainly a misspelling; two may be a new region, such as ap-hangzhou.
  if (toRegionId(name) === name && near !== undefined && nearest(name, words, MISSPELT - 1) === undefined) {
    return policyProblem("unlikely-region", { name, near });
  }
  return policyProblem("unknown-region-or-group", { name, near, words: [...groups.keys(), ...ids] });
}

/**
 * Resolves the `regions` block of a policy file. The result includes the built-in groups with the
 * regions that the block adds to them. A group may name other groups.
 */
export function resolveGroups(own: Readonly<Record<string, readonly string[]>>): {
  groups: Groups;
  declaredSides: DeclaredSides;
  problems: GroupProblem[];
} {
  const { groups, declaredSides, problems } = declareRegions(own);
  // The groups that are being resolved, outermost first: an entry that names one of them closes a
  // cycle.
  const open: string[] = [];

  const resolve = (group: string): void => {
    const problemsBefore = problems.length;
    const entries = own[group] ?? [];
    groups.set(group, []);
    open.push(group);
    for (const [index, entry] of entries.entries()) {
      const name = entry.replace(/^!/, "");
      if (open.includes(name)) {
        const path = [...open.slice(open.indexOf(name)), name];
        problems.push({ group, index, message: policyProblem("group-cycle", { path }) });
      } else if (Object.hasOwn(own, name) && !groups.has(name)) resolve(name);
    }
    open.pop();
    const expanded = expandRegions(entries, groups);
    problems.push(...expanded.problems.map((problem) => ({ group, ...problem })));
    if (expanded.regions.length === 0 && problems.length === problemsBefore) {
      problems.push({ group, message: policyProblem("group-empty") });
    }
    groups.set(group, expanded.regions);
  };

  for (const group of Object.keys(own)) {
    if (BUILT_IN_GROUPS.has(group)) continue;
    if (regionOf(group) || RETIRED_REGIONS.includes(group)) {
      problems.push({ group, message: policyProblem("group-named-like-region", { group }) });
    } else if (!groups.has(group)) resolve(group);
  }
  return { groups, declaredSides, problems };
}
