// The problems of a run, those that say the same of many images or regions once.
import { groupBy } from "../../model/collections.ts";
import type { Reason } from "../../model/types.ts";
import type { AttentionGroup } from "./attention.ts";
import { genericText, regionsIn } from "./generic-text.ts";

/** A problem, and how many others say the same. */
export interface ProblemGroup {
  readonly first: Reason;
  /** How many there are, itself included. */
  readonly count: number;
  /** The regions that the others name and the first one does not. */
  readonly otherRegions: readonly string[];
}

/**
 * The problems in their order, without those that a group of copies tells already. Those of one code
 * that differ only in ids, regions, names and times are one group.
 */
export function groupProblems(problems: readonly Reason[], told: readonly AttentionGroup[] = []): ProblemGroup[] {
  const copies = new Map(told.map((group) => [problemKind(group), group.remedy]));
  // A problem that says what to do is told again if the group of copies does not say it.
  const isTold = (problem: Reason) => {
    const remedy = copies.get(problemKind(problem));
    return remedy !== undefined && (remedy !== null || problem.remedy === undefined);
  };
  const left = problems.filter((problem) => !isTold(problem));
  return [...groupBy(left, problemKind).values()].map((group) => {
    const [first] = group as [Reason];
    const named = regionsIn(first.text);
    const otherRegions = [...new Set(group.flatMap((one) => regionsIn(one.text)))].filter(
      (one) => !named.includes(one),
    );
    return { first, count: group.length, otherRegions };
  });
}

/** What problems that say the same have in common: their code, and their text without ids, regions, names and times. */
export function problemKind({ code, text }: { readonly code: string; readonly text: string }): string {
  return `${code} ${genericText(text, [], true)}`;
}
