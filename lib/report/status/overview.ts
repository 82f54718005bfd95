// Counts thousands of copies by image, by region or by policy, the worst first.
import { groupBy } from "../../model/collections.ts";
import { rootRefId } from "../../model/identity.ts";
import type { Copy, Millis } from "../../model/types.ts";
import { BY_HEALTH, conditionOf, type Health } from "../copies/copy-condition.ts";

/** What `--summary` counts by. */
export type OverviewBy = "image" | "region" | "policy";

/** One line of an overview. */
export interface OverviewRow {
  /** The source's name, the region, or the policy. */
  readonly name: string;
  /** The id and the region of the source; absent unless the row is an image. */
  readonly source?: { readonly imageId: string; readonly region: string };
  /** The policies of its copies, sorted. */
  readonly policies: readonly string[];
  readonly copies: number;
  /** How many copies are as desired. */
  readonly asDesired: number;
  /** How many copies are in each condition, the worst first; those of 0 are left out. */
  readonly healthy: readonly (readonly [health: Health, copies: number])[];
}

/** The rows of an overview at `now`: those with the worst copies first, then by name. */
export function overviewOf(copies: readonly Copy[], by: OverviewBy, now: Millis): OverviewRow[] {
  const keyOf = {
    image: ({ key }: Copy) => rootRefId(key),
    region: ({ key }: Copy) => key.region,
    policy: ({ policy }: Copy) => policy,
  }[by];
  const rows = [...groupBy(copies, keyOf)].map(([name, group]) => rowOf(name, group, by, now));
  return rows.sort((a, b) => byWorst(a, b) || compare(a.name, b.name));
}

/** How many copies are in each condition, the worst first. */
export function healthCounts(copies: readonly Copy[], now: Millis): [Health, number][] {
  const groups = groupBy(copies, (copy) => conditionOf(copy, now).healthy);
  return BY_HEALTH.flatMap((health): [Health, number][] => {
    const count = groups.get(health)?.length ?? 0;
    return count > 0 ? [[health, count]] : [];
  });
}

function rowOf(name: string, copies: readonly Copy[], by: OverviewBy, now: Millis): OverviewRow {
  const [first] = copies as [Copy];
  const { rootId: imageId, rootRegion: region } = first.key;
  return {
    ...(by === "image" ? { name: first.rootName, source: { imageId, region } } : { name }),
    policies: [...new Set(copies.map(({ policy }) => policy))].sort(),
    copies: copies.length,
    asDesired: copies.filter((copy) => conditionOf(copy, now).asDesired === "yes").length,
    healthy: healthCounts(copies, now),
  };
}

/** The row with a worse copy first; of equal ones the row with more of them. */
function byWorst(a: OverviewRow, b: OverviewRow): number {
  for (const health of BY_HEALTH) {
    if (health === "ok") return 0;
    const [ofA, ofB] = [countIn(a, health), countIn(b, health)];
    if (ofA !== ofB) return ofB - ofA;
  }
  return 0;
}

function countIn({ healthy }: OverviewRow, health: Health): number {
  return healthy.find(([one]) => one === health)?.[1] ?? 0;
}

/** Compares numbers by value: `web-2` comes before `web-10`. */
const { compare } = new Intl.Collator("en", { numeric: true });
