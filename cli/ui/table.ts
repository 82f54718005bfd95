// Draws copies as a table that fits its terminal.
import picocolors from "picocolors";
import { imageIdOf, stateOf } from "../../lib/model/identity.ts";
import type { Copy, CopyState } from "../../lib/model/types.ts";
import { copyLabels, placeText } from "../../lib/report/copy-label.ts";
import { byVariant, reasonText } from "../../lib/report/summary.ts";
import { message } from "../messages/catalogue.ts";
import { clean, cut, pad, widthOf } from "./text.ts";

/** The space that a table has to fit into. */
export interface Room {
  /** Columns in one line. */
  readonly width: number;
  /** Number of lines. */
  readonly rows: number;
  readonly color: boolean;
}

type Paint = (text: string) => string;

const BAR = 20;
const SHORTEST_BAR = 8;
const NAME = 32;
const SHORTEST_NAME = 10;
const STATE = 9;
const GAP = "  ";

/** A row of the table, before the widths of its columns are known. */
interface Row {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Progress, 0 to 1. */
  readonly done: number;
  readonly state: CopyState;
  readonly rest: string;
}

/** A pipe has no columns, so nothing is limited there. */
export const UNLIMITED: Room = { width: Number.POSITIVE_INFINITY, rows: Number.POSITIVE_INFINITY, color: false };

/** The room in a terminal. The last column stays free, because some terminals wrap there. */
export function roomOf(stream: { isTTY?: boolean; columns?: number }, rows = Number.POSITIVE_INFINITY): Room {
  return stream.isTTY
    ? { width: (stream.columns || 100) - 1, rows, color: picocolors.isColorSupported }
    : { ...UNLIMITED, rows };
}

/** The number of copies, and of copies in each state, in one line. */
export function totalsOf(copies: readonly Copy[]): string {
  return message("totals", { copies: copies.length, states: statesOf(copies) }).text;
}

function statesOf(copies: readonly Copy[]): string {
  const states = new Map<CopyState, number>();
  for (const state of copies.map(stateOf)) states.set(state, (states.get(state) ?? 0) + 1);
  return [...states]
    .sort((a, b) => b[1] - a[1])
    .map(([state, number]) => `${number} ${state}`)
    .join(", ");
}

/**
 * One line for each copy. If they do not fit, one line for each image, and one that counts the
 * hidden images.
 */
export function tableOf(copies: readonly Copy[], room: Room): string[] {
  const sorted = [...copies].sort(byRootThenRegion);
  if (sorted.length <= room.rows) return linesOf(rowsOf(sorted), room);
  const images = [...groupsOf(sorted).values()];
  if (images.length <= room.rows) return linesOf(images.map(rowOfImage), room);
  // Images with unfinished copies come first; the hidden ones are only counted.
  const byUrgency = images.sort((a, b) => URGENT.indexOf(worstOf(a)) - URGENT.indexOf(worstOf(b)));
  const hidden = byUrgency.slice(room.rows - 1);
  const more = message("hidden-images", { images: hidden.length, states: statesOf(hidden.flat()) }).text;
  return [...linesOf(byUrgency.slice(0, room.rows - 1).map(rowOfImage), room), cut(more, room.width)];
}

function linesOf(rows: readonly Row[], room: Room): string[] {
  const paint = painter(room.color);
  const widest = (text: (row: Row) => string) => Math.max(0, ...rows.map((row) => widthOf(text(row))));
  const from = widest((row) => row.from);
  const to = widest((row) => row.to);
  const limited = Number.isFinite(room.width);
  const natural = widest((row) => row.name);
  // In a narrow terminal the bar gets shorter first, then the name.
  const spare = room.width - from - to - STATE - 4 * GAP.length;
  const bar = limited ? Math.max(SHORTEST_BAR, Math.min(BAR, spare - Math.min(natural, NAME))) : BAR;
  const name = limited ? Math.max(SHORTEST_NAME, Math.min(natural, NAME, spare - bar)) : natural;
  const rest = spare - bar - name - GAP.length;
  return rows.map((row) => {
    const filled = Math.round(row.done * bar);
    const left = [pad(cut(row.name, name), name), pad(row.from, from), pad(row.to, to)].join(GAP);
    const right = limited && rest < 12 ? "" : cut(row.rest, rest);
    const parts = [`${"█".repeat(filled)}${"░".repeat(bar - filled)}`, row.state].map(paint[row.state]);
    if (rest < -GAP.length) return cut([pad(row.state, STATE), row.to, row.name].join(GAP), room.width);
    return [left, ...parts].join(GAP) + (right ? `${" ".repeat(STATE - row.state.length)}${GAP}${right}` : "");
  });
}

function painter(color: boolean): Record<CopyState, Paint> {
  const colors = picocolors.createColors(color);
  return {
    waiting: colors.dim,
    copying: colors.cyan,
    finishing: colors.cyan,
    ready: colors.green,
    retrying: colors.yellow,
    blocked: colors.red,
    failed: colors.red,
    retired: colors.dim,
  };
}

function rowsOf(copies: readonly Copy[]): Row[] {
  const copyLabel = copyLabels(copies);
  return copies.map((copy) => {
    const imageId = imageIdOf(copy) ?? "";
    return {
      name: clean(copy.rootName),
      from: clean(copy.key.rootRegion),
      to: `→ ${clean(placeText(copy.key.region, copyLabel(copy)))}`,
      done: doneOf(copy),
      state: stateOf(copy),
      rest: [clean(imageId), clean(reasonText(copy) ?? "")].filter((text) => text !== "").join(GAP),
    };
  });
}

function rowOfImage(copies: readonly Copy[]): Row {
  const [first] = copies as [Copy, ...Copy[]];
  const ready = copies.filter((copy) => copy.phase === "ready").length;
  const done = copies.reduce((sum, copy) => sum + doneOf(copy), 0) / copies.length;
  const { rootName, key } = first;
  const to = `${ready}/${copies.length}`;
  return { name: clean(rootName), from: clean(key.rootRegion), to, done, state: worstOf(copies), rest: "" };
}

const URGENT: readonly CopyState[] = [
  "failed",
  "blocked",
  "retrying",
  "copying",
  "finishing",
  "waiting",
  "ready",
  "retired",
];

function worstOf(copies: readonly Copy[]): CopyState {
  return URGENT.find((state) => copies.some((copy) => stateOf(copy) === state)) ?? "ready";
}

function groupsOf(copies: readonly Copy[]): Map<string, Copy[]> {
  const images = new Map<string, Copy[]>();
  for (const copy of copies) {
    const id = `${copy.key.rootRegion}/${copy.key.rootId}`;
    images.set(id, [...(images.get(id) ?? []), copy]);
  }
  return images;
}

function doneOf(copy: Copy): number {
  // What is missing is done only if it appears again.
  if ("missingSince" in copy && copy.missingSince !== undefined) return 0;
  if (copy.phase === "ready") return 1;
  if (copy.phase === "finishing") return 0.97;
  return copy.phase === "copying" ? Math.min(0.95, Math.max(0, (copy.percent ?? 0) / 100)) : 0;
}

/** Compares numbers by value: `web-2` comes before `web-10`. */
const { compare } = new Intl.Collator("en", { numeric: true });

function byRootThenRegion(a: Copy, b: Copy): number {
  return (
    compare(a.key.rootRegion, b.key.rootRegion) ||
    compare(a.rootName, b.rootName) ||
    compare(a.key.rootId, b.key.rootId) ||
    compare(a.key.region, b.key.region) ||
    byVariant(a, b)
  );
}
