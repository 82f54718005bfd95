// Writes runs and the stories of copies as lines.
import { fullText } from "../../lib/model/messages/define.ts";
import type { Millis, Reason } from "../../lib/model/types.ts";
import { copyLabel, placeText } from "../../lib/report/copies/copy-label.ts";
import type { CopyHistory } from "../../lib/report/history/copy-history.ts";
import type { RunLine } from "../../lib/report/history/run-history.ts";
import { message } from "../messages/catalogue.ts";
import { shortDuration } from "./duration.ts";
import { roomOf } from "./room.ts";
import { clean, pad, wrap } from "./text.ts";

const GAP = 6;

/** The runs, the latest first. */
export function runsText(runs: readonly RunLine[]): string[] {
  if (runs.length === 0) return [message("history-no-runs").text];
  const hasIdle = runs.some(({ actions, failures }) => Object.keys(actions).length === 0 && failures === 0);
  return [
    ...runs.flatMap((run) => [
      message("history-run", {
        ...run,
        at: seconds(run.startedAt),
        took: shortDuration(run.durationMs),
        changes: message("history-changes", { ...run, problems: run.problems.length }).text,
      }).text,
      ...run.problems.map((problem) => message("history-problem", { text: fullText(problem) }).text),
    ]),
    ...(hasIdle ? [message("history-idle-note").text] : []),
  ].flatMap((line) => wrapped(line, 4));
}

/** The stories of copies, and what is missing from them. */
export function copiesText(histories: readonly CopyHistory[], remarks: readonly Reason[]): string[] {
  const blocks = histories.map(({ source, region, variant, policy, state, imageId, lines }) => {
    let lastRun = "";
    const place = placeText(region, copyLabel(variant, false));
    return [
      ...wrapped(message("history-copy", { source, place, policy, state, imageId }).text, 4),
      ...(lines.length === 0 ? [message("history-no-lines").text] : []),
      ...lines.flatMap(({ at, sinceBeforeMs, event, text, requestId, trigger, process, runId }) => {
        const who =
          runId === lastRun ? "" : [trigger ?? `run ${runId.slice(0, 8)}`, process].filter(Boolean).join(" on ");
        lastRun = runId;
        const gap = pad(gapText(sinceBeforeMs), GAP);
        return wrapped(message("history-line", { at: seconds(at), gap, event, text, who, requestId }).text, 4);
      }),
    ];
  });
  const notes = remarks.flatMap((remark) => wrapped(message("history-remark", { text: fullText(remark) }).text, 2));
  return [...blocks.flatMap((block, index) => (index === 0 ? block : ["", ...block])), ...notes];
}

/** The time since the line before; empty if it is less than a second. */
function gapText(length: Millis | null): string {
  return length === null || length < 1000 ? "" : `+${shortDuration(length)}`;
}

/** A time without milliseconds. */
const seconds = (at: string) => at.replace(/\.\d+Z$/, "Z");

/** A line that fits the terminal, broken at word ends; whole in a pipe. */
const wrapped = (line: string, indent: number) => wrap(clean(line), roomOf(process.stdout).width, indent);
