// Expands region groups and lists of regions to region ids.
import type { Message } from "../../model/messages/define.ts";
import { policyProblem } from "../../model/messages/policy-rules.ts";
import { didYouMean } from "./did-you-mean.ts";
import { BUILT_IN_GROUPS, REGIONS, RETIRED_REGIONS, regionOf } from "./regions.ts";

/** Group name → region ids. */
export type Groups = ReadonlyMap<string, readonly string[]>;

/** What is wrong with one entry of a list of regions. */
export interface EntryProblem {
  readonly index: number;
  readonly message: Message;
}

/** What is wrong with a group as a whole, or with one of its entries. */
interface GroupProblem {
  readonly group: string;
  readonly index?: number;
  readonly message: Message;
}

/**
 * Expands a list of regions and groups to region ids, each once, in the order of the list. An entry
 * with a leading `!` excludes its regions, wherever it stands in the list.
 */
export function expandRegions(
  entries: readonly string[],
  groups: Groups,
): { regions: string[]; problems: EntryProblem[] } {
  const included = new Set<string>();
  const excluded = new Set<string>();
  const problems: EntryProblem[] = [];
  for (const [index, entry] of entries.entries()) {
    const name = entry.startsWith("!") ? entry.slice(1) : entry;
    const ids = groups.get(name) ?? (regionOf(name) ? [name] : undefined);
    if (!ids) problems.push({ index, message: entryProblem(name, groups) });
    for (const id of ids ?? []) (name === entry ? included : excluded).add(id);
  }
  return { regions: [...included].filter((id) => !excluded.has(id)), problems };
}

/**
 * Why a word is not the id of a region; undefined if it is. `others` are other words that are
 * allowed in this place.
 */
export function regionProblem(word: string, others: readonly string[] = []): Message | undefined {
  if (regionOf(word)) return undefined;
  const near = didYouMean(word, [...others, ...REGIONS.map(({ id }) => id)]);
  return policyProblem("unknown-region", { name: word, near });
}

function entryProblem(name: string, groups: Groups): Message {
  if (RETIRED_REGIONS.includes(name)) return policyProblem("retired-region", { name });
  const ids = REGIONS.map((region) => region.id);
  const near = didYouMean(name, [...ids, ...groups.keys()]);
  return policyProblem("unknown-region-or-group", { name, near, words: [...groups.keys(), ...ids] });
}

/**
 * Resolves the `regions` block of a policy file. The result includes the built-in groups. A group
 * may name other groups.
 */
export function resolveGroups(own: Readonly<Record<string, readonly string[]>>): {
  groups: Groups;
  problems: GroupProblem[];
} {
  const groups = new Map(BUILT_IN_GROUPS);
  const problems: GroupProblem[] = [];
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
    if (BUILT_IN_GROUPS.has(group)) problems.push({ group, message: policyProblem("group-built-in", { group }) });
    else if (regionOf(group) || RETIRED_REGIONS.includes(group)) {
      problems.push({ group, message: policyProblem("group-named-like-region", { group }) });
    } else if (!groups.has(group)) resolve(group);
  }
  return { groups, problems };
}
