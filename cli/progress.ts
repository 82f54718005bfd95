import picocolors from "picocolors";
import { reasonText } from "../lib/core/summary.ts";
import type { Copy, CopyState } from "../lib/types.ts";
import { clean, count } from "./text.ts";

/** Shows how copies go on: a live table in a terminal, one line for each change of state in a pipe. */
export interface Progress {
  show(copies: readonly Copy[]): void;
  end(): void;
}

type Stream = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
};
type Paint = (text: string) => string;

const BAR = 20;

/**
 * Progress on a stream; nothing but the stream's own nature decides its form. `before` are the copies as they were:
 * what has not changed since is no progress.
 */
export function showProgress(stream: Stream, before: readonly Copy[]): Progress {
  return stream.isTTY ? liveTable(stream) : plainLines(stream, before);
}

function plainLines(stream: Stream, before: readonly Copy[]): Progress {
  const shown = new Map(before.map((copy) => [idOf(copy), stateOf(copy)]));
  return {
    show(copies) {
      for (const copy of copies) {
        const id = idOf(copy);
        const state = stateOf(copy);
        if (shown.get(id) === state) continue;
        shown.set(id, state);
        stream.write(
          `${clean(copy.rootName)} (${copy.key.rootId}) ${copy.key.rootRegion} → ${copy.key.region}: ${state}\n`,
        );
      }
    },
    end() {},
  };
}

function idOf({ key }: Copy): string {
  return `${key.rootRegion}/${key.rootId}/${key.region}`;
}

function stateOf(copy: Copy): string {
  const reason = reasonText(copy);
  return `${copy.state}${reason ? `: ${clean(reason)}` : ""}`;
}

function liveTable(stream: Stream): Progress {
  let drawn = 0;
  return {
    show(copies) {
      const rows = Math.max(5, (stream.rows ?? 24) - 2);
      const lines = [...tableOf(copies, stream, rows).split("\n"), lineOf(copies)];
      // One write for one picture, so that nothing flickers: up to the first line, then each line over the old one.
      const up = drawn > 0 ? `\u001b[${drawn}A` : "";
      stream.write(`${up}${lines.map((line) => `\u001b[2K${line}\n`).join("")}\u001b[0J`);
      drawn = lines.length;
    },
    end() {
      drawn = 0;
    },
  };
}

/** How many copies are in which state, in one line. */
export function lineOf(copies: readonly Copy[]): string {
  const states = new Map<CopyState, number>();
  for (const { state } of copies) states.set(state, (states.get(state) ?? 0) + 1);
  const parts = [...states].sort((a, b) => b[1] - a[1]).map(([state, number]) => `${number} ${state}`);
  return `${count(copies.length, "copy", "copies")}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`;
}

/** A row for each copy; where these are more than fit, a row for each image. */
export function tableOf(copies: readonly Copy[], stream: Stream, rows = Number.POSITIVE_INFINITY): string {
  const colors = picocolors.createColors(stream.isTTY === true && picocolors.isColorSupported);
  const width = stream.isTTY ? (stream.columns ?? 100) : Number.POSITIVE_INFINITY;
  const paint: Record<CopyState, Paint> = {
    waiting: colors.dim,
    copying: colors.cyan,
    finishing: colors.cyan,
    ready: colors.green,
    retrying: colors.yellow,
    blocked: colors.red,
    failed: colors.red,
    retired: colors.dim,
  };
  const sorted = [...copies].sort((a, b) => sortText(a).localeCompare(sortText(b)));
  const cells = sorted.length <= rows ? sorted.map(copyCells) : imageCells(sorted).slice(0, rows);
  const widths = [0, 1, 2].map((i) => Math.max(0, ...cells.map((row) => [...(row.texts[i] ?? "")].length)));
  return cells
    .map(({ texts, done, state, rest }) => {
      const fixed = texts.map((text, i) => pad(text, widths[i] ?? 0)).join("  ");
      const bar = `${"█".repeat(Math.round(done * BAR))}${"░".repeat(BAR - Math.round(done * BAR))}`;
      const room = width - [...fixed].length - BAR - 16;
      return `${fixed}  ${paint[state](bar)}  ${paint[state](pad(state, 9))}  ${cut(rest, room)}`.trimEnd();
    })
    .join("\n");
}

interface Cells {
  readonly texts: readonly string[];
  /** 0 to 1. */
  readonly done: number;
  readonly state: CopyState;
  readonly rest: string;
}

function copyCells(copy: Copy): Cells {
  const imageId = "imageId" in copy && copy.imageId ? copy.imageId : "";
  const rest = [imageId, clean(reasonText(copy) ?? "")].filter((text) => text !== "").join("  ");
  return {
    texts: [cut(clean(copy.rootName), 32), copy.key.rootRegion, `→ ${copy.key.region}`],
    done: doneOf(copy),
    state: copy.state,
    rest,
  };
}

function imageCells(copies: readonly Copy[]): Cells[] {
  const images = new Map<string, Copy[]>();
  for (const copy of copies) {
    const id = `${copy.key.rootRegion}/${copy.key.rootId}`;
    images.set(id, [...(images.get(id) ?? []), copy]);
  }
  return [...images.values()].map((group) => {
    const [first] = group as [Copy, ...Copy[]];
    const ready = group.filter((copy) => copy.state === "ready").length;
    const state = WORST_FIRST.find((s) => group.some((copy) => copy.state === s)) ?? "ready";
    const done = group.reduce((sum, copy) => sum + doneOf(copy), 0) / group.length;
    return {
      texts: [cut(clean(first.rootName), 32), first.key.rootRegion, `${ready}/${group.length}`],
      done,
      state,
      rest: "",
    };
  });
}

const WORST_FIRST: readonly CopyState[] = [
  "failed",
  "blocked",
  "retrying",
  "copying",
  "finishing",
  "waiting",
  "ready",
  "retired",
];

function doneOf(copy: Copy): number {
  if (copy.state === "ready") return 1;
  if (copy.state === "finishing") return 0.97;
  return copy.state === "copying" ? Math.min(0.95, (copy.percent ?? 0) / 100) : 0;
}

function sortText(copy: Copy): string {
  return `${copy.key.rootRegion}/${copy.rootName}/${copy.key.rootId}/${copy.key.region}`;
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - [...text].length));
}

function cut(text: string, room: number): string {
  const characters = [...text];
  if (characters.length <= room) return text;
  return room < 2 ? "" : `${characters.slice(0, room - 1).join("")}…`;
}
