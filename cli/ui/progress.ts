// Shows progress: a live table in a terminal, one line for each change in a pipe.
import { copyId, stateOf } from "../../lib/model/identity.ts";
import { iso } from "../../lib/model/time.ts";
import type { Copy, Millis } from "../../lib/model/types.ts";
import { copyLabels, placeText } from "../../lib/report/copy-label.ts";
import { reasonText } from "../../lib/report/summary.ts";
import { message } from "../messages/catalogue.ts";
import { roomOf, tableOf, totalsOf } from "./table.ts";
import { clean, cut } from "./text.ts";

/** Shows the progress of copies. */
export interface Progress {
  /** Sets the copies before the first run: only later changes count as progress. */
  begin(copies: readonly Copy[]): void;
  /** Shows the copies as they are now. */
  show(copies: readonly Copy[]): void;
  /** Called after every poll; prints a line once a minute while nothing changes. */
  alive(copies: readonly Copy[]): void;
  /** Prints a line above the table. */
  say(text: string): void;
}

type Stream = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
};

/** A pipe gets at least one line in this time while a command waits. */
const LONGEST_SILENCE: Millis = 60_000;

/** Progress on a stream. The form depends on the stream alone: terminal or pipe. */
export function showProgress(stream: Stream, now: () => Millis = Date.now): Progress {
  return stream.isTTY && process.env["TERM"] !== "dumb" ? liveTable(stream, now) : plainLines(stream, now);
}

function plainLines(stream: Stream, now: () => Millis): Progress {
  const shown = new Map<string, string>();
  let writtenAt = now();
  const write = (line: string) => {
    writtenAt = now();
    stream.write(`${line}\n`);
  };
  return {
    begin(copies) {
      for (const copy of copies) shown.set(copyId(copy.key), statusOf(copy));
    },
    show(copies) {
      const copyLabel = copyLabels(copies);
      for (const copy of copies) {
        const id = copyId(copy.key);
        const state = statusOf(copy);
        if (shown.get(id) === state) continue;
        shown.set(id, state);
        const { rootId, rootRegion, region } = copy.key;
        const to = placeText(region, copyLabel(copy));
        const params = { name: copy.rootName, source: rootId, from: rootRegion, to, state };
        write(clean(message("changed", params).text));
      }
    },
    alive(copies) {
      if (now() - writtenAt >= LONGEST_SILENCE) write(checkedText(copies, now()));
    },
    say: write,
  };
}

function statusOf(copy: Copy): string {
  const reason = reasonText(copy);
  const state = stateOf(copy);
  return reason ? message("state-with-reason", { state, reason }).text : state;
}

function checkedText(copies: readonly Copy[], at: Millis): string {
  return message("checked-at", { totals: totalsOf(copies), time: iso(at).slice(11, 19) }).text;
}

function liveTable(stream: Stream, now: () => Millis): Progress {
  let drawn: readonly string[] = [];
  // One write for the whole table, and each line over the old one, so that the table does not
  // flicker. The carriage return comes first, because the terminal itself writes ^C on an
  // interrupt.
  const draw = (above: string, lines: readonly string[]) => {
    const up = drawn.length > 0 ? `\u001b[${drawn.length}A` : "";
    stream.write(`\r${up}${above}${lines.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
    drawn = lines;
  };
  const show = (copies: readonly Copy[], below = totalsOf(copies)) => {
    const room = roomOf(stream, Math.max(5, (stream.rows || 24) - 3));
    draw("", [...tableOf(copies, room), cut(below, room.width)]);
  };
  return {
    begin: (copies) => (copies.length > 0 ? show(copies) : draw("", [message("reading").text])),
    show: (copies) => show(copies),
    alive: (copies) => show(copies, checkedText(copies, now())),
    say: (text) => draw(`${text}\u001b[K\n`, drawn),
  };
}
