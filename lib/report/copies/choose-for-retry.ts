// Chooses the copies that `retry` starts again.
import { type Problem, toProblem } from "../../model/errors.ts";
import { retryProblem } from "../../model/messages/lifecycle.ts";
import type { Copy } from "../../model/types.ts";
import { type CopyFilter, chooseCopies } from "./choose-copies.ts";

/** The filters of `retry`, each with the argument or option that it comes from. */
const FILTERS = { images: "IMAGE", policies: "--only", regions: "--region" } as const;

/**
 * The failed, retrying and blocked copies that match the filter, and those that wait for an unreadable region.
 * A value that is unknown, or none of whose copies can be retried, is a problem.
 */
export function chooseForRetry(
  copies: readonly Copy[],
  filter: Pick<CopyFilter, keyof typeof FILTERS>,
): { chosen: Copy[]; problems: Problem[] } {
  const { chosen: matching, problems: unknown } = chooseCopies(copies, filter);
  const problems = unknown.map((problem) => (problem.where === "--image" ? { ...problem, where: "IMAGE" } : problem));
  const isUnknown = (value: string) => unknown.some(({ text }) => text.startsWith(`"${value}" `));
  for (const [name, where] of Object.entries(FILTERS) as [keyof typeof FILTERS, string][]) {
    for (const value of filter[name] ?? []) {
      if (isUnknown(value) || chooseCopies(copies, { [name]: [value] }).chosen.some(isRetryable)) continue;
      problems.push(toProblem(where, retryProblem("nothing-to-retry", { value, filter: name })));
    }
  }
  const chosen = matching.filter(isRetryable);
  const isFiltered = Object.values(filter).some((values: readonly string[] | undefined) => (values ?? []).length > 0);
  if (isFiltered && problems.length === 0 && chosen.length === 0)
    problems.push(toProblem("retry", retryProblem("no-copy-for-all")));
  return { chosen, problems };
}

/** Whether a retry makes a difference: it also reads a region that was unreadable a short time ago. */
function isRetryable(copy: Copy): boolean {
  const { phase } = copy;
  if (phase === "waiting") return copy.reason.code.startsWith("unreadable-");
  return phase === "failed" || phase === "retrying" || phase === "blocked" || phase === "stuck";
}
