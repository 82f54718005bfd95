// Draws copies as a table that fits its terminal.
import picocolors from "picocolors";
import { imageIdOf, stateOf } from "../../../lib/model/identity.ts";
import type { Copy, CopyState, Millis } from "../../../lib/model/types.ts";
import { conditionOf, type Health } from "../../../lib/report/copies/copy-condition.ts";
import { copyLabels, placeText } from "../../../lib/report/copies/copy-label.ts";
import { measurements } from "../../../lib/report/plan/estimate.ts";
import { type OverviewRow, overviewOf } from "../../../lib/report/status/overview.ts";
import { remainingTime } from "../../../lib/report/status/remaining.ts";
import { byVariant, reasonText } from "../../../lib/report/summary.ts";
import { message } from "../../messages/catalogue.ts";
import { shortDuration } from "../duration.ts";
import { type Room } from "../room.ts";
import { clean, cut } from "../text.ts";
import { type Column, layOut } from "./columns.ts";

/** What a table of copies shows. */
export interface TableOptions {
  /** The present, for what depends on it: how long, how much longer, how old. Without it, that is left out. */
  readonly now?: Millis;
  /** Every column, whatever the width. */
  readonly wide?: boolean;
  /** Retired copies as well. */
  readonly all?: boolean;
  /** The titles of the columns above them. */
  readonly header?: boolean;
  /** The copies whose durations say how long others take; those of the table unless given. */
  readonly measured?: readonly Copy[];
}

/** The number of copies, and of copies in each state, in one line. */
export function totalsOf(copies: readonly Copy[]): string {
  const states = new Map<CopyState, number>();
  for (const state of copies.map(stateOf)) states.set(state, (states.get(state) ?? 0) + 1);
  const text = [...states]
    .sort((a, b) => b[1] - a[1])
    .map(([state, number]) => `${number} ${state}`)
    .join(", ");
  return message("totals", { copies: copies.length, states: text }).text;
}

/**
 * One line for each copy. If they do not fit, one line for each image, and one that counts the
 * hidden images.
 */
export function tableOf(copies: readonly Copy[], room: Room, options: TableOptions = {}): string[] {
  const shown = options.all ? copies : copies.filter(({ phase }) => phase !== "retired" && phase !== "ended");
  const rows = room.rows - (options.header ? 1 : 0);
  if (shown.length <= rows) {
    const layout = {
      width: options.wide ? Number.POSITIVE_INFINITY : room.width,
      header: options.header ?? false,
      mayStack: room.rows === Number.POSITIVE_INFINITY,
    };
    return layOut(rowsOf(shown, options), columnsOf(room, options), layout);
  }
  return overviewTable(overviewOf(shown, "image", options.now ?? 0), room, options);
}

/** One line for each row of an overview. Those that do not fit are counted in the last line. */
export function overviewTable(
  overview: readonly OverviewRow[],
  room: Room,
  { header = false, wide = false }: TableOptions,
): string[] {
  const rows = room.rows - (header ? 1 : 0);
  const isCut = overview.length > rows;
  const shown = isCut ? overview.slice(0, rows - 1) : overview;
  const hidden = overview.slice(shown.length);
  const width = wide ? Number.POSITIVE_INFINITY : room.width;
  const lines = layOut(shown, overviewColumns(room), { width, header, mayStack: !Number.isFinite(room.rows) });
  if (hidden.length === 0) return lines;
  const counts = new Map<Health, number>();
  for (const { healthy } of hidden)
    for (const [health, number] of healthy) counts.set(health, (counts.get(health) ?? 0) + number);
  const isOfImages = hidden[0]?.source !== undefined;
  const more = message("hidden-rows", { rows: hidden.length, isOfImages, states: countsText([...counts]) }).text;
  return [...lines, cut(more, room.width)];
}

/** `3 failed, 40 ok`. */
export function countsText(counts: OverviewRow["healthy"]): string {
  return counts.map(([health, number]) => `${number} ${health}`).join(", ");
}

/** A row of the table. All its texts are safe to print. */
interface Row {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly desired: string;
  readonly health: Health;
  readonly healthText: string;
  readonly time: string;
  readonly remaining: string;
  readonly age: string;
  readonly policy: string;
  readonly imageId: string;
  readonly reason: string;
}

function rowsOf(copies: readonly Copy[], { now, measured = copies }: TableOptions): Row[] {
  const copyLabel = copyLabels(copies);
  const timeOf = measurements(measured);
  return [...copies].sort(byRootThenRegion).map((copy) => {
    const { asDesired, differences, healthy, elapsedMs } = conditionOf(copy, now ?? 0);
    const remaining = now === undefined ? undefined : remainingTime(copy, timeOf, now);
    return {
      name: clean(copy.rootName),
      from: clean(copy.key.rootRegion),
      to: clean(placeText(copy.key.region, copyLabel(copy))),
      desired: clean([asDesired, ...(differences.length > 0 ? [differences.join("; ")] : [])].join(": ")),
      health: healthy,
      healthText: healthText(copy, healthy),
      time: now === undefined || elapsedMs === null ? "" : shortDuration(elapsedMs),
      remaining: remaining === undefined ? "" : shortDuration(remaining),
      age: now === undefined ? "" : shortDuration(now - copy.createdAt),
      policy: clean(copy.policy),
      imageId: clean(imageIdOf(copy) ?? ""),
      reason: clean(reasonText(copy) ?? ""),
    };
  });
}

/** The condition in one word, with the percentage of what is being copied. */
function healthText(copy: Copy, healthy: Health): string {
  if (healthy !== "progressing") return healthy;
  const percent = copy.phase === "copying" && copy.percent !== undefined ? ` ${Math.round(copy.percent)}%` : "";
  return `${stateOf(copy)}${percent}`;
}

function columnsOf(room: Room, { wide }: TableOptions): Column<Row>[] {
  const paint = painter(room.color);
  const isUnlimited = wide === true || !Number.isFinite(room.width);
  const colors = picocolors.createColors(room.color);
  return [
    { title: "NAME", cell: ({ name }) => name, rank: 0, shortest: 8 },
    { title: "FROM", cell: ({ from }) => from, rank: 1 },
    { title: "TO", cell: ({ to }) => `→ ${to}`, rank: 0 },
    {
      title: "DESIRED",
      // The difference stands below the table, where it is not cut.
      cell: ({ desired }) => (isUnlimited ? desired : desired.replace(/:.*/s, "")),
      paint: (text) => (text.startsWith("no:") || text === "no" ? colors.yellow(text) : text),
      rank: 0,
    },
    {
      title: "HEALTHY",
      cell: (row) => row.healthText,
      paint: (text, { health }) => paint[health](text),
      rank: 0,
    },
    { title: "TIME", cell: ({ time }) => time, rank: 3 },
    { title: "ETA", cell: ({ remaining }) => remaining, rank: 2 },
    { title: "AGE", cell: ({ age }) => age, rank: 5 },
    { title: "POLICY", cell: ({ policy }) => policy, rank: 4 },
    { title: "IMAGE", cell: ({ imageId }) => imageId, rank: 0 },
    ...(isUnlimited ? [{ title: "REASON", cell: ({ reason }: Row) => reason, rank: 6 }] : []),
  ];
}

function overviewColumns(room: Room): Column<OverviewRow>[] {
  const paint = painter(room.color);
  return [
    { title: "NAME", cell: ({ name }) => clean(name), rank: 0, shortest: 8 },
    { title: "IMAGE", cell: ({ source }) => clean(source?.imageId ?? ""), rank: 1 },
    { title: "FROM", cell: ({ source }) => clean(source?.region ?? ""), rank: 2 },
    { title: "DESIRED", cell: ({ asDesired, copies }) => `${asDesired}/${copies}`, rank: 0 },
    {
      title: "HEALTHY",
      cell: ({ healthy }) => countsText(healthy),
      paint: (text, { healthy: [worst] }) => (worst ? paint[worst[0]](text) : text),
      rank: 0,
    },
    { title: "POLICY", cell: ({ policies }) => clean(policies.join(", ")), rank: 3, shortest: 8 },
  ];
}

/** The colour of each condition, for what says it elsewhere. */
export function painter(color: boolean): Record<Health, (text: string) => string> {
  const colors = picocolors.createColors(color);
  return {
    failed: colors.red,
    blocked: colors.red,
    stuck: colors.red,
    missing: colors.yellow,
    retrying: colors.yellow,
    repairing: colors.yellow,
    waiting: colors.dim,
    progressing: colors.cyan,
    ok: colors.green,
  };
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
