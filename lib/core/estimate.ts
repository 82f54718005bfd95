import type { Copy, Millis, Prices } from "../types.ts";
import { keyText } from "./mark.ts";
import type { Plan } from "./plan.ts";

/** What a plan leads to, as far as that can be told before. */
export interface Estimate {
  /** GiB of snapshots that are added: by the size of the sources, and so at most. */
  readonly addGiB: number;
  /** GiB that go with what is deleted. */
  readonly freeGiB: number;
  /** How long it takes until all copies are there: the median of what was measured before; null where nothing was. */
  readonly expectedMs: Millis | null;
  /** How many copies were measured for that. */
  readonly measured: number;
  /** What the added snapshots cost in a month, at most; null where a price is missing. */
  readonly monthlyCost: number | null;
  readonly currency: string | null;
}

const LEFT_OUT = new Set<Copy["state"]>(["ready", "retired", "blocked", "failed"]);

/**
 * Counts every copy that is wanted and not there yet, also those that wait for their source. What is there only to be
 * encrypted goes again and is not counted.
 */
export function estimate(plan: Plan, prices?: Prices): Estimate {
  const records = new Map(plan.copies.map((copy) => [keyText(copy.key), copy]));
  const sent = new Set(
    plan.actions.flatMap((action) => (action.do === "send" ? action.drafts.map(({ copy }) => keyText(copy.key)) : [])),
  );
  const coming = [...plan.wants.values()].filter((want) => {
    const copy = records.get(keyText(want.key));
    if (want.intermediate || want.block) return false;
    return sent.has(keyText(want.key)) || !copy || !LEFT_OUT.has(copy.state);
  });
  const costs = coming.map(({ key, root }) => {
    const price = prices?.snapshotGiBMonth[key.region] ?? prices?.snapshotGiBMonth["default"];
    return price === undefined ? undefined : price * root.sizeGiB;
  });
  const times = coming.map(({ key }) => timeOf(key.rootRegion, key.region, plan.copies));
  const known = times.flatMap(({ median }) => median ?? []);
  return {
    addGiB: sum(coming.map(({ root }) => root.sizeGiB)),
    freeGiB: sum(plan.actions.map((action) => (action.do === "delete" ? action.sizeGiB : 0))),
    expectedMs: known.length > 0 ? Math.max(...known) : null,
    measured: Math.max(0, ...times.map(({ measured }) => measured)),
    monthlyCost: costs.some((cost) => cost === undefined) ? null : Math.round(100 * sum(costs as number[])) / 100,
    currency: prices?.currency ?? null,
  };
}

/** The median time of earlier copies between two regions, or of all where there was none between these. */
export function timeOf(
  from: string,
  to: string,
  copies: readonly Copy[],
): { readonly median?: Millis; readonly measured: number } {
  const took = (some: readonly Copy[]) => some.flatMap((copy) => (copy.state === "ready" && copy.took) || []);
  const between = took(copies.filter(({ key }) => key.rootRegion === from && key.region === to));
  const measured = between.length > 0 ? between : took(copies);
  const median = [...measured].sort((a, b) => a - b)[Math.floor(measured.length / 2)];
  return { measured: measured.length, ...(median !== undefined && { median }) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
