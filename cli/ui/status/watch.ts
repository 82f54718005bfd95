// Shows status again and again: a screen that is drawn anew in a terminal, a line for each change in a pipe.
import { ReplicatorError } from "../../../lib/model/errors.ts";
import { copyId } from "../../../lib/model/identity.ts";
import { iso } from "../../../lib/model/time.ts";
import type { Copy, Millis } from "../../../lib/model/types.ts";
import { type AsDesired, conditionOf } from "../../../lib/report/copies/copy-condition.ts";
import { healthCounts } from "../../../lib/report/status/overview.ts";
import type { StatusReport } from "../../../lib/report/status/status-report.ts";
import { message } from "../../messages/catalogue.ts";
import { clean } from "../text.ts";
import { countsText } from "./table.ts";

/** Where a watch is shown. */
export interface WatchStream {
  readonly isTTY?: boolean;
  readonly rows?: number;
  write(text: string): unknown;
}

/** What a watch needs. */
export interface Watch {
  /** Throws `ReplicatorError`: shown, and tried again. */
  readonly read: () => Promise<StatusReport>;
  /** The lines of a report, for a terminal. */
  readonly show: (report: StatusReport) => readonly string[];
  readonly stream: WatchStream;
  readonly now: () => Millis;
  /** Waits until the next reading; rejects once the signal is aborted. */
  readonly pause: (signal: AbortSignal) => Promise<unknown>;
}

/** In a pipe, a line says at least this often that the watch goes on. */
const LONGEST_SILENCE: Millis = 60_000;

/**
 * Watches until the user interrupts it. `onInterrupt` is handed the function that ends it, and returns
 * the one that stops listening. The first reading throws what it throws; later failures are shown.
 */
export async function watch(
  { read, show, stream, now, pause }: Watch,
  onInterrupt: (stop: () => void) => () => void,
): Promise<130> {
  const end = new AbortController();
  const stopListening = onInterrupt(() => end.abort());
  const screen = stream.isTTY ? drawing(stream, show) : lines(stream, now);
  try {
    let isFirst = true;
    while (!end.signal.aborted) {
      try {
        screen.report(await read());
      } catch (error) {
        if (isFirst || !(error instanceof ReplicatorError)) throw error;
        screen.fail(message("watch-failed", { time: timeOf(now()), text: error.message }).text);
      }
      isFirst = false;
      if (!end.signal.aborted) await pause(end.signal).catch(() => {});
    }
    return 130;
  } finally {
    stopListening();
  }
}

interface Screen {
  report(report: StatusReport): void;
  fail(text: string): void;
}

/** Draws from the upper left corner, each line over the old one, so that nothing flickers. */
function drawing(stream: WatchStream, show: Watch["show"]): Screen {
  let last: readonly string[] = [];
  let isDrawn = false;
  const draw = (all: readonly string[]) => {
    const rows = Math.max(5, (stream.rows || 24) - 1);
    const hidden = all.length - rows + 1;
    const fitting = hidden > 1 ? [...all.slice(0, rows - 1), message("watch-cut", { lines: hidden }).text] : all;
    const begin = isDrawn ? "" : "\u001b[2J";
    isDrawn = true;
    stream.write(`${begin}\u001b[H${fitting.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
  };
  return {
    report(report) {
      last = show(report);
      draw(last);
    },
    fail: (text) => draw([clean(text), ...last]),
  };
}

/** One line for the beginning, one for each change, and one each minute without any. */
function lines(stream: WatchStream, now: () => Millis): Screen {
  let before: ReadonlyMap<string, string> | undefined;
  let writtenAt: Millis = 0;
  const write = (line: string) => {
    writtenAt = now();
    stream.write(`${clean(line)}\n`);
  };
  return {
    report({ copies, now: at }) {
      const after = new Map(copies.map((copy) => [copyId(copy.key), conditionText(copy, at)]));
      const time = timeOf(at);
      for (const copy of before ? copies : []) {
        const was = before?.get(copyId(copy.key));
        const is = after.get(copyId(copy.key)) ?? "";
        if (was !== is) write(changeText(copy, was ?? "new", is, time));
      }
      if (!before || now() - writtenAt >= LONGEST_SILENCE) {
        write(message("watching", { time, totals: totalsText(copies, at) }).text);
      }
      before = after;
    },
    fail: write,
  };
}

const DESIRED: Readonly<Record<AsDesired, string>> = {
  yes: "as desired",
  no: "not as desired",
  "not yet": "not yet as desired",
  "no longer": "no longer desired",
};

/** Both axes in a few words. The percentage is no change: each reading has another one. */
function conditionText(copy: Copy, now: Millis): string {
  const { asDesired, healthy } = conditionOf(copy, now);
  return `${DESIRED[asDesired]}, ${healthy === "progressing" ? copy.phase : healthy}`;
}

function totalsText(copies: readonly Copy[], now: Millis): string {
  return message("totals", { copies: copies.length, states: countsText(healthCounts(copies, now)) }).text;
}

function changeText({ key, rootName }: Copy, before: string, after: string, time: string): string {
  return message("watch-change", { time, name: rootName, source: key.rootId, to: key.region, before, after }).text;
}

function timeOf(at: Millis): string {
  return iso(at).slice(11, 19);
}
