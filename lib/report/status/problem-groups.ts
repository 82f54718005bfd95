// The problems of a run, those that say the same of many images or regions once.
import { groupBy } from "../../model/collections.ts";
import type { Reason } from "../../model/types.ts";
import type { AttentionGroup } from "./attention.ts";
import { genericText } from "./generic-text.ts";

/** A problem, and how many others say the same. */
export interface ProblemGroup {
  readonly code: string;
  /** Of the first one. */
  readonly text: string;
  readonly remedy: string | null;
  /** How many there are, itself included. */
  readonly count: number;
}

/**
 * The problems in their order, without those that a group of copies tells already. Those of one code
 * that differ only in ids, regions, names and times are one group.
 */
export function groupProblems(problems: readonly Reason[], told: readonly AttentionGroup[]): ProblemGroup[] {
  const idOf = ({ code, text }: Pick<Reason, "code"> & { readonly text: string }) =>
    `${code} ${genericText(text, [], true)}`;
  const copies = new Set(told.map(idOf));
  const left = problems.filter((problem) => !copies.has(idOf(problem)));
  return [...groupBy(left, idOf).values()].map((group) => {
    const [{ code, text, remedy }] = group as [Reason];
    return { code, text, remedy: remedy ?? null, count: group.length };
  });
}
