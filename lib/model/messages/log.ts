// What is said about the journal in the log service: lines that wait, and lines that it did not take.
import { catalogue, error, info, warn } from "./define.ts";

/** The lines that wait. `isAtLeast`: there may be more than were read. */
interface Waiting {
  readonly count: number;
  readonly isAtLeast: boolean;
  readonly since: string;
}

function waitingText(lines: Waiting | undefined): string {
  if (!lines) return "journal lines";
  const { count, isAtLeast, since } = lines;
  return `${isAtLeast ? "at least " : ""}${count} journal ${count === 1 ? "line" : "lines"}, the oldest of ${since},`;
}

const SENT_LATER = "nothing is lost: they stay in the state, and the next run sends them";

/** Whether lines wait for something that passes, so that nobody has to do anything: CLS did not answer, for example. */
export const areSentLater = ({ code, remedy }: { readonly code: string; readonly remedy?: string }): boolean =>
  code === ("journal-not-sent" satisfies keyof typeof logReasons) && remedy === SENT_LATER;

/** Why the journal in the log service is not complete. */
export const logReasons = {
  "journal-not-sent": warn((p: { lines: Waiting | undefined; cause: string; remedy?: string | undefined }) => ({
    text: `${waitingText(p.lines)} could not be sent to CLS: ${p.cause}`,
    remedy: p.remedy === undefined ? SENT_LATER : `${SENT_LATER}; ${p.remedy}`,
  })),
  "journal-late": error((p: { since: string; ago: string }) => ({
    text: `journal lines wait to be sent to CLS since ${p.since}, ${p.ago}`,
    remedy:
      "nothing is lost, they stay in the state; look for journal-not-sent in the answers of the functions, or give a " +
      "function that stops early a longer time limit",
  })),
} as const;

const logTexts = {
  "line-refused": info(
    (p: { code: string }) => `CLS refused the content of this line (${p.code}); the state has it under the same id`,
  ),
  "line-damaged": info(() => "this line is damaged in the state and cannot be read"),
  "all-sent": info(() => "journal: every line is in CLS"),
  "search-incomplete": warn(() => ({
    text: "CLS did not return all lines",
    remedy: "name a shorter time with --since",
  })),
  waits: info((p: { since: string }) => `journal: lines since ${p.since} wait to be sent to CLS`),
} as const;

/** Writes a part of a longer text about the log, or the text of a line that stands for another. */
export const logText = catalogue(logTexts);
