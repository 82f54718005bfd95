import { copyId } from "../../lib/model/identity.ts";
import { iso } from "../../lib/model/time.ts";
import type { Copy, Millis } from "../../lib/model/types.ts";
import { copyLabels, placeText } from "../../lib/report/copy-label.ts";
import { reasonText } from "../../lib/report/summary.ts";
import { roomOf, tableOf, totalsOf } from "./table.ts";
import { clean, cut } from "./text.ts";

/** Shows how copies go on: a live table in a terminal, one line for each change of state in a pipe. */
export interface Progress {
  /** The copies as they are at the beginning: what has not changed since is no progress. */
  begin(copies: readonly Copy[]): void;
  show(copies: readonly Copy[]): void;
  /** It was looked again; told now and then where nothing changes, which may last for many minutes. */
  alive(copies: readonly Copy[]): void;
  /** A line for the person who watches. */
  say(text: string): void;
}

type Stream = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
};

/** How long a pipe is silent at most while there is something to wait for. */
const SILENCE: Millis = 60_000;

/** Progress on a stream; nothing but the stream's own nature decides its form. */
export function showProgress(stream: Stream, now: () => Millis = Date.now): Progress {
  return stream.isTTY && process.env["TERM"] !== "dumb" ? liveTable(stream, now) : plainLines(stream, now);
}

function plainLines(stream: Stream, now: () => Millis): Progress {
  const shown = new Map<string, string>();
  let saidAt = now();
  const write = (line: string) => {
    saidAt = now();
    stream.write(`${line}\n`);
  };
  return {
    begin(copies) {
      for (const copy of copies) shown.set(copyId(copy.key), stateOf(copy));
    },
    show(copies) {
      const copyLabel = copyLabels(copies);
      for (const copy of copies) {
        const id = copyId(copy.key);
        const state = stateOf(copy);
        if (shown.get(id) === state) continue;
        shown.set(id, state);
        const { rootId, rootRegion, region } = copy.key;
        const to = placeText(region, copyLabel(copy));
        write(clean(`${copy.rootName} (${rootId}) ${rootRegion} → ${to}: ${state}`));
      }
    },
    alive(copies) {
      if (now() - saidAt >= SILENCE) write(lookedText(copies, now()));
    },
    say: write,
  };
}

function stateOf(copy: Copy): string {
  const reason = reasonText(copy);
  return `${copy.state}${reason ? `: ${reason}` : ""}`;
}

function lookedText(copies: readonly Copy[], at: Millis): string {
  return `${totalsOf(copies)}; looked at ${iso(at).slice(11, 19)} UTC`;
}

function liveTable(stream: Stream, now: () => Millis): Progress {
  let drawn: readonly string[] = [];
  // One write for one picture, and each line over the old one, so that nothing flickers. First to the left: the
  // terminal itself writes ^C when a person interrupts.
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
    begin: (copies) => (copies.length > 0 ? show(copies) : draw("", ["looking at the cloud …"])),
    show: (copies) => show(copies),
    alive: (copies) => show(copies, lookedText(copies, now())),
    say: (text) => draw(`${text}\u001b[K\n`, drawn),
  };
}
