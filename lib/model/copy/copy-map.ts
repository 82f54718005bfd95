// Maps whose keys are copies or sources, by the parts of the key: one is looked up several times for every copy.
import type { CopyKey, Variant } from "../types.ts";

/** A source, by its own region and id. */
export type RootRef = Pick<CopyKey, "rootRegion" | "rootId">;

/** What a copy is of: the source and the variant, without the region. */
export type Origin = Omit<CopyKey, "region">;

interface Entry<V> {
  readonly key: CopyKey;
  value: V;
  /** Another copy in the same region of a source with the same id. */
  readonly next: Entry<V> | undefined;
}

/** A `CopyMap` that is only read. */
export interface ReadonlyCopyMap<V> extends Iterable<readonly [CopyKey, V]> {
  readonly size: number;
  get(key: CopyKey): V | undefined;
  has(key: CopyKey): boolean;
  keys(): Iterable<CopyKey>;
  values(): Iterable<V>;
}

/**
 * A map from copies to values. Joining the five parts of a key into one text, and hashing it, takes
 * ten times as long as this look-up by parts. Entries are in the order in which they were first set.
 */
export class CopyMap<V> implements ReadonlyCopyMap<V> {
  readonly #roots = new Map<string, Map<string, Entry<V>>>();
  readonly #entries: Entry<V>[] = [];

  constructor(entries: Iterable<readonly [CopyKey, V]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#entries.length;
  }

  get(key: CopyKey): V | undefined {
    return this.#find(key)?.value;
  }

  has(key: CopyKey): boolean {
    return this.#find(key) !== undefined;
  }

  set(key: CopyKey, value: V): this {
    let regions = this.#roots.get(key.rootId);
    if (!regions) this.#roots.set(key.rootId, (regions = new Map<string, Entry<V>>()));
    const first = regions.get(key.region);
    const found = entryOf(first, key);
    if (found) found.value = value;
    else {
      const entry = { key, value, next: first };
      regions.set(key.region, entry);
      this.#entries.push(entry);
    }
    return this;
  }

  *keys(): Generator<CopyKey> {
    for (const { key } of this.#entries) yield key;
  }

  *values(): Generator<V> {
    for (const { value } of this.#entries) yield value;
  }

  *[Symbol.iterator](): Generator<readonly [CopyKey, V]> {
    for (const { key, value } of this.#entries) yield [key, value];
  }

  #find(key: CopyKey): Entry<V> | undefined {
    return entryOf(this.#roots.get(key.rootId)?.get(key.region), key);
  }
}

function entryOf<V>(first: Entry<V> | undefined, key: CopyKey): Entry<V> | undefined {
  for (let entry = first; entry; entry = entry.next) if (isSameCopy(entry.key, key)) return entry;
  return undefined;
}

/** Whether two keys are of one copy. */
export function isSameCopy(a: CopyKey, b: CopyKey): boolean {
  return a === b || (a.region === b.region && isSameOrigin(a, b));
}

/** Whether two copies differ in their region at most: one source in the same variant. */
export function isSameOrigin(a: Origin, b: Origin): boolean {
  return a.rootId === b.rootId && a.variant === b.variant && a.rootRegion === b.rootRegion && a.account === b.account;
}

/** The keys in the order of their `copyId`: by root, and then by region. */
export function inOrder(keys: Iterable<CopyKey>): CopyKey[] {
  const groups = new Map<string, CopyKey[]>();
  const regions = new Set<string>();
  for (const key of keys) {
    regions.add(key.region);
    const group = groups.get(key.rootId);
    if (group) group.push(key);
    else groups.set(key.rootId, [key]);
  }
  // In a `copyId` a slash follows each part, which counts where one part begins with the other.
  const ranks = new Map([...regions].sort(byText((region) => `${region}/`)).map((region, rank) => [region, rank]));
  const rankOf = ({ region }: CopyKey) => ranks.get(region) ?? 0;
  const byRegion = (a: CopyKey, b: CopyKey) => rankOf(a) - rankOf(b) || compareVariants(a.variant, b.variant);
  const roots = [...groups.values()].flatMap(byRoot).sort(byText(([root]) => root));
  return roots.flatMap(([, group]) => group.sort(byRegion));
}

/** The keys of each root, and the root as the beginning of their `copyId`. */
function byRoot(group: readonly CopyKey[]): [string, CopyKey[]][] {
  const roots = new Map<string, CopyKey[]>();
  let root = "";
  let before: CopyKey | undefined;
  for (const key of group) {
    const isSame = before?.rootRegion === key.rootRegion && before.account === key.account;
    if (!isSame) root = `${key.account}/${key.rootRegion}/${key.rootId}/`;
    before = key;
    const some = roots.get(root);
    if (some) some.push(key);
    else roots.set(root, [key]);
  }
  return [...roots];
}

function byText<T>(textOf: (one: T) => string): (a: T, b: T) => number {
  return (a, b) => (textOf(a) < textOf(b) ? -1 : 1);
}

function compareVariants(a: Variant, b: Variant): number {
  return a < b ? -1 : Number(a > b);
}

/** A map from sources to values, by the parts of their keys. */
export class RootMap<V> {
  readonly #regions = new Map<string, Map<string, V>>();

  get(root: RootRef): V | undefined {
    return this.#regions.get(root.rootRegion)?.get(root.rootId);
  }

  has(root: RootRef): boolean {
    return this.#regions.get(root.rootRegion)?.has(root.rootId) ?? false;
  }

  set({ rootRegion, rootId }: RootRef, value: V): this {
    const values = this.#regions.get(rootRegion);
    if (values) values.set(rootId, value);
    else this.#regions.set(rootRegion, new Map([[rootId, value]]));
    return this;
  }

  get size(): number {
    let size = 0;
    for (const values of this.#regions.values()) size += values.size;
    return size;
  }

  *values(): Generator<V> {
    for (const values of this.#regions.values()) yield* values.values();
  }
}

/** Groups items by their source. Items of one source stay in their order. */
export function groupByRoot<T extends { readonly key: CopyKey }>(items: Iterable<T>): RootMap<T[]> {
  const groups = new RootMap<T[]>();
  for (const item of items) {
    const group = groups.get(item.key);
    if (group) group.push(item);
    else groups.set(item.key, [item]);
  }
  return groups;
}
