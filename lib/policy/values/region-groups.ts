// Region groups to region ids.
import { didYouMean } from "./did-you-mean.ts";
import { BUILT_IN_GROUPS, REGIONS, RETIRED_REGIONS, regionOf } from "./regions.ts";

/** Group name → region ids. */
export type Groups = ReadonlyMap<string, readonly string[]>;

/** What is wrong with one entry of a list of regions. */
export interface EntryProblem {
  readonly index: number;
  readonly text: string;
}

/**
 * Turns a list of regions and groups into region ids, each once, in the order of the list; whatever has a leading `!`
 * is taken out, wherever it stands.
 */
export function expandRegions(
  entries: readonly string[],
  groups: Groups,
): { regions: string[]; problems: EntryProblem[] } {
  const wanted = new Set<string>();
  const isOrphaned = new Set<string>();
  const problems: EntryProblem[] = [];
  for (const [index, entry] of entries.entries()) {
    const name = entry.startsWith("!") ? entry.slice(1) : entry;
    const ids = groups.get(name) ?? (regionOf(name) ? [name] : undefined);
    if (!ids) problems.push({ index, text: unknownRegion(name, groups) });
    for (const id of ids ?? []) (name === entry ? wanted : isOrphaned).add(id);
  }
  return { regions: [...wanted].filter((id) => !isOrphaned.has(id)), problems };
}

/** Why a word is not the id of one region, or undefined. `others` are words that could have been meant besides. */
export function whyNoRegion(word: string, others: readonly string[] = []): string | undefined {
  if (regionOf(word)) return undefined;
  const near = didYouMean(word, [...others, ...REGIONS.map(({ id }) => id)]);
  const hint = near === undefined ? "write the id of one region, such as ap-tokyo" : `did you mean "${near}"?`;
  return `${JSON.stringify(word)} is no region; ${hint}`;
}

function unknownRegion(name: string, groups: Groups): string {
  const shown = JSON.stringify(name);
  if (RETIRED_REGIONS.includes(name)) return `${shown} is retired: the vendor no longer lists it for images`;
  const ids = REGIONS.map((region) => region.id);
  const near = didYouMean(name, [...ids, ...groups.keys()]);
  if (near) return `${shown} is no known region or group; did you mean "${near}"?`;
  return `${shown} is no known region or group; allowed are ${[...groups.keys(), ...ids].join(", ")}, with or without !`;
}

/**
 * Turns the `regions` block of a policy file into groups, the built-in ones included. A group may name other groups.
 * Each problem has the group in which it is.
 */
export function resolveGroups(own: Readonly<Record<string, readonly string[]>>): {
  groups: Groups;
  problems: { group: string; index?: number; text: string }[];
} {
  const groups = new Map(BUILT_IN_GROUPS);
  const problems: { group: string; index?: number; text: string }[] = [];
  const open: string[] = [];

  const resolve = (group: string): void => {
    const before = problems.length;
    const entries = own[group] ?? [];
    groups.set(group, []);
    open.push(group);
    for (const [index, entry] of entries.entries()) {
      const name = entry.replace(/^!/, "");
      if (open.includes(name)) {
        const circle = [...open.slice(open.indexOf(name)), name].join(" → ");
        problems.push({ group, index, text: `the group leads back to itself: ${circle}` });
      } else if (Object.hasOwn(own, name) && !groups.has(name)) resolve(name);
    }
    open.pop();
    const expanded = expandRegions(entries, groups);
    problems.push(...expanded.problems.map((problem) => ({ group, ...problem })));
    if (expanded.regions.length === 0 && problems.length === before) {
      problems.push({ group, text: "the group holds no region" });
    }
    groups.set(group, expanded.regions);
  };

  for (const group of Object.keys(own)) {
    if (BUILT_IN_GROUPS.has(group)) problems.push({ group, text: `"${group}" is built in and cannot be changed` });
    else if (regionOf(group) || RETIRED_REGIONS.includes(group)) {
      problems.push({ group, text: `"${group}" is the name of a region and cannot be a group's` });
    } else if (!groups.has(group)) resolve(group);
  }
  return { groups, problems };
}
