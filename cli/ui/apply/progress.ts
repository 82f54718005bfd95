// Shows progress: a live table in a terminal, one line for each change in a pipe.

import { copyId, stateOf } from "../../../lib/model/identity.ts";
import { iso } from "../../../lib/model/time.ts";
import type { Copy, CopyState, Millis } from "../../../lib/model/types.ts";
import { copyLabels, placeText } from "../../../lib/report/copies/copy-label.ts";
import { problemKind } from "../../../lib/report/status/problem-groups.ts";
import { isSettled, reasonOf, reasonText } from "../../../lib/report/summary.ts";
import { message } from "../../messages/catalogue.ts";
import { shortDuration } from "../duration.ts";
import { linesFor } from "../print.ts";
import { roomOf } from "../room.ts";
import { tableOf, totalsOf } from "../status/table.ts";
import { clean, cut } from "../text.ts";

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
export function showProgress(stream: Stream, { now = Date.now, every = false }: ProgressOptions = {}): Progress {
  return stream.isTTY && process.env["TERM"] !== "dumb" ? liveTable(stream, now) : plainLines(stream, now, every);
}

/** How progress is shown. */
export interface ProgressOptions {
  readonly now?: () => Millis;
  /** In a pipe: a line for every change. Else for those alone after which a copy needs nothing more, or a user. */
  readonly every?: boolean;
}

/** The states that a pipe is told of. Thousands of copies pass through the others as well. */
const TOLD: ReadonlySet<CopyState> = new Set(["ready", "failed", "blocked"]);

/** The states of which a terminal is told why, as its table has no room for it. */
const FAILED: ReadonlySet<CopyState> = new Set(["failed", "blocked", "retrying"]);

/**
 * Counts what a command follows: the copies that have been unfinished since it began, and how many of them are
 * ready, or gone as planned.
 */
function counter(now: () => Millis) {
  const startedAt = now();
  const followed = new Set<string>();
  return (copies: readonly Copy[]) => {
    for (const copy of copies) if (!isSettled(copy)) followed.add(copyId(copy.key));
    const done = copies.filter((copy) => followed.has(copyId(copy.key)) && isDone(copy)).length;
    const params = { done, all: followed.size, totals: totalsOf(copies), elapsed: shortDuration(now() - startedAt) };
    return followed.size > 0 ? message("n-of-m", params).text : totalsOf(copies);
  };
}

/** Whether nothing is left of what a command wants of the copy. */
function isDone({ phase }: Copy): boolean {
  return phase === "ready" || phase === "retired" || phase === "ended";
}

/**
 * Tells each kind of failure once, when the first copy has it: with thousands of copies the others would hide
 * everything else. The end of the command and `status` name them all.
 */
function failures() {
  const told = new Set<string>();
  return (copies: readonly Copy[]): string[] =>
    copies.flatMap((copy) => {
      const reason = FAILED.has(stateOf(copy)) && reasonOf(copy);
      if (!reason || told.has(problemKind(reason))) return [];
      told.add(problemKind(reason));
      const { rootId: source, rootRegion: from, region: to } = copy.key;
      return [clean(message("changed", { name: copy.rootName, source, from, to, state: statusOf(copy) }).text)];
    });
}

function plainLines(stream: Stream, now: () => Millis, every: boolean): Progress {
  const shown = new Map<string, string>();
  const count = counter(now);
  let writtenAt = now();
  const write = (line: string) => {
    writtenAt = now();
    stream.write(`${line}\n`);
  };
  return {
    begin(copies) {
      count(copies);
      for (const copy of copies) shown.set(copyId(copy.key), statusOf(copy));
    },
    show(copies) {
      const copyLabel = copyLabels(copies);
      const totals = count(copies);
      for (const copy of copies) {
        const id = copyId(copy.key);
        const state = statusOf(copy);
        if (shown.get(id) === state) continue;
        shown.set(id, state);
        if (!every && !TOLD.has(stateOf(copy))) continue;
        const { rootId, rootRegion, region } = copy.key;
        const to = placeText(region, copyLabel(copy));
        const params = { name: copy.rootName, source: rootId, from: rootRegion, to, state };
        write(clean(message("changed", params).text));
      }
      if (now() - writtenAt >= LONGEST_SILENCE) write(totals);
    },
    alive(copies) {
      if (now() - writtenAt >= LONGEST_SILENCE) write(checkedText(count(copies), now()));
    },
    say: write,
  };
}

function statusOf(copy: Copy): string {
  const reason = reasonText(copy);
  const state = stateOf(copy);
  return reason ? message("state-with-reason", { state, reason }).text : state;
}

function checkedText(totals: string, at: Millis): string {
  return message("checked-at", { totals, time: iso(at).slice(11, 19) }).text;
}

function liveTable(stream: Stream, now: () => Millis): Progress {
  let drawn: readonly string[] = [];
  const count = counter(now);
  // One write for the whole table, and each line over the old one, so that the table does not
  // flicker. The carriage return comes first, because the terminal itself writes ^C on an
  // interrupt.
  const draw = (above: string, lines: readonly string[]) => {
    const up = drawn.length > 0 ? `\u001b[${drawn.length}A` : "";
    stream.write(`\r${up}${above}${lines.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
    drawn = lines;
  };
  const failed = failures();
  const above = (lines: readonly string[]) => draw(lines.map((line) => `${line}\u001b[K\n`).join(""), drawn);
  const show = (copies: readonly Copy[], below = count(copies)) => {
    const room = roomOf(stream, Math.max(5, (stream.rows || 24) - 4));
    for (const text of failed(copies)) above(linesFor(stream, text).map((line) => cut(line, room.width)));
    draw("", [...tableOf(copies, room, { header: true, now: now() }), cut(below, room.width)]);
  };
  return {
    begin: (copies) => (copies.length > 0 ? show(copies) : draw("", [message("reading").text])),
    show: (copies) => show(copies),
    alive: (copies) => show(copies, checkedText(count(copies), now())),
    say: (text) => above(linesFor(stream, text)),
  };
}
