// Problems as lines: those that say the same of several regions or images are one line.
import { fullText } from "../../../lib/model/messages/define.ts";
import type { Reason } from "../../../lib/model/types.ts";
import { groupProblems, type ProblemGroup } from "../../../lib/report/status/problem-groups.ts";
import { message } from "../../messages/catalogue.ts";

/** One line for each kind of problem, with the regions of the others or their number. */
export function problemTexts(problems: readonly Reason[]): string[] {
  return groupTexts(groupProblems(problems));
}

/** The lines of groups. */
export function groupTexts(groups: readonly ProblemGroup[]): string[] {
  return groups.map(({ first, count, otherRegions }) => {
    const { text } = first;
    const said = count > 1 ? message("more-like-it", { text, more: count - 1, otherRegions }).text : text;
    return message("problem", { text: fullText({ ...first, text: said }) }).text;
  });
}
