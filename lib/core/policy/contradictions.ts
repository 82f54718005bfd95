import type { Policy, Select } from "../../types.ts";

/** Two policies that want one copy to be two things, for certain: what `validate` refuses. */
export interface Contradiction {
  /** The one that stands first in the file. */
  readonly first: Policy;
  readonly second: Policy;
  readonly region: string;
  /** Where in the second one, below `copy`. */
  readonly path: readonly string[];
  readonly values: readonly [first: string, second: string];
}

/**
 * Contradictions that show without looking at any image: one of the policies selects all that the other selects, they share
 * sources and a destination, and the copies there would differ. What depends on the images is found when it comes up:
 * see `lib/core/merge.ts`.
 */
export function contradictions(policies: readonly Policy[]): Contradiction[] {
  const enabled = policies.filter((policy) => policy.enabled);
  return enabled.flatMap((second, index) =>
    enabled.slice(0, index).flatMap((first) => {
      if (!selectsAllOf(first, second) && !selectsAllOf(second, first)) return [];
      const region = second.to.find((id) => first.to.includes(id) && sameVariant(first, second, id));
      // A region that is the only source of both gets no copy of theirs.
      if (region === undefined || !sharedSources(first, second).some((source) => source !== region)) return [];
      return differences(first, second, region).map((difference) => ({ first, second, region, ...difference }));
    }),
  );
}

function sharedSources(a: Policy, b: Policy): string[] {
  return a.from.filter((region) => b.from.includes(region));
}

/** Whether every image that `narrow` takes from a source of both is taken by `wide`, too. */
function selectsAllOf(wide: Policy, narrow: Policy): boolean {
  if (sharedSources(wide, narrow).length === 0 || wide.select.type !== narrow.select.type) return false;
  // How many are newer depends on what else is selected.
  if (wide.select.newest !== undefined && !same(wide.select, narrow.select)) return false;
  const keys = Object.keys(wide.select).filter((key) => key !== "type") as (keyof Select)[];
  return keys.every((key) => same(wide.select[key], narrow.select[key]));
}

function sameVariant(a: Policy, b: Policy, region: string): boolean {
  const encryptIn = ({ copy }: Policy) => copy.regions[region]?.encrypt ?? copy.encrypt;
  return same(encryptIn(a), encryptIn(b));
}

function differences(a: Policy, b: Policy, region: string): Pick<Contradiction, "path" | "values">[] {
  const plain = (template: string) => template.replace(/\{\{ *(\w+) *\}\}/g, "{{$1}}");
  const tagsIn = ({ copy }: Policy) => ({ ...copy.tags.set, ...copy.regions[region]?.tags?.set });
  const [tagsA, tagsB] = [tagsIn(a), tagsIn(b)];
  const all: [readonly string[], string | undefined, string | undefined][] = [
    [["name"], plain(a.copy.name), plain(b.copy.name)],
    [["description"], a.copy.description ?? "inherit", b.copy.description ?? "inherit"],
    // None is no other family: the copy gets that of the other policy.
    [["family"], a.copy.family, b.copy.family],
    ...Object.keys(tagsA).map((key): (typeof all)[number] => [["tags", "set", key], tagsA[key], tagsB[key]]),
  ];
  return all.flatMap(([path, first, second]) =>
    first === undefined || second === undefined || first === second ? [] : [{ path, values: [first, second] }],
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
