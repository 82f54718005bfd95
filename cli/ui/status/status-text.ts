// Writes what status prints for people: as of when, the table or its summary, what needs attention.

import { fullText } from "../../../lib/model/messages/define.ts";
import { iso } from "../../../lib/model/time.ts";
import { healthCounts, type OverviewBy, overviewOf } from "../../../lib/report/status/overview.ts";
import type { StatusReport } from "../../../lib/report/status/status-report.ts";
import { message } from "../../messages/catalogue.ts";
import { shortDuration } from "../duration.ts";
import { type Room } from "../room.ts";
import { clean, wrap } from "../text.ts";
import { attentionLines } from "./attention.ts";
import { groupTexts } from "./problem-texts.ts";
import { countsText, overviewTable, tableOf } from "./table.ts";

/** How much status prints. */
export interface StatusLayout {
  readonly room: Room;
  /** Every column, name and group. */
  readonly wide: boolean;
  /** Retired copies as well. */
  readonly all: boolean;
  readonly summary?: OverviewBy;
  /** The rows of a screen that is drawn anew: the table leaves room for what needs attention. */
  readonly screenRows?: number;
  /** Whether a filter was given: then the user asked for these rows, and gets them all. */
  readonly isFiltered: boolean;
}

/**
 * So many copies are listed one by one in a terminal without a filter. Beyond, a terminal shows its
 * images, at most so many: a list that scrolls away helps nobody. A pipe always gets all rows.
 */
const MOST_COPIES = 50;
const MOST_IMAGES = 20;
/** So many groups that need attention are shown in that terminal. */
const MOST_GROUPS = 15;

/** On a screen that is drawn anew, a table has at least so many rows, and so many lines follow it. */
const LEAST_ROWS = 6;
const LINES_BELOW_TABLE = 3;

/** The account, and whether the cloud was asked for it. */
export interface ShownAccount {
  readonly account: string;
  readonly wasAsked: boolean;
}

/** All lines, safe to print. */
export function statusText(report: StatusReport, { account, wasAsked }: ShownAccount, layout: StatusLayout): string[] {
  const { room, wide, isFiltered } = layout;
  const { now, copies, asOf } = report;
  const at = asOf === null ? undefined : iso(asOf);
  const ago = asOf === null ? "" : shortDuration(now - asOf);
  const isTerminal = Number.isFinite(room.width);
  const isFlood = isTerminal && !wide && !isFiltered && copies.length > MOST_COPIES;
  const most = isFlood ? MOST_GROUPS : Number.POSITIVE_INFINITY;
  const lines = [
    message("as-of", { account, at, ago, wasAsked }).text,
    ...report.late.map((region) => lateText(region, now)),
  ].flatMap((line) => wrap(clean(line), room.width, 2));
  const below = [...attentionLines(report, room, { most, all: wide }), ...tailLines(report, room)];
  const { screenRows = Number.POSITIVE_INFINITY } = layout;
  const rows = Math.max(LEAST_ROWS, screenRows - lines.length - below.length - LINES_BELOW_TABLE);
  return [...lines, ...(copies.length > 0 ? copyLines(report, layout, isFlood, rows) : []), ...below];
}

function copyLines(
  report: StatusReport,
  { room, wide, all, summary }: StatusLayout,
  isFlood: boolean,
  mostRows: number,
): string[] {
  const { now, copies, measured } = report;
  const isActive = ({ phase }: (typeof copies)[number]) => phase !== "retired" && phase !== "ended";
  const retired = all ? 0 : copies.filter((copy) => !isActive(copy)).length;
  const by = summary ?? (isFlood ? "image" : undefined);
  const options = { now, wide, all, measured, header: true };
  const shown = all ? copies : copies.filter(isActive);
  const isCut = isFlood && summary === undefined;
  const rows = isCut ? Math.min(MOST_IMAGES, mostRows) : mostRows;
  const table =
    by === undefined
      ? tableOf(copies, { ...room, rows }, options)
      : overviewTable(overviewOf(shown, by, now), { ...room, rows }, options);
  const below = [
    message("totals", { copies: shown.length, states: countsText(healthCounts(shown, now)) }).text,
    ...(retired > 0 ? [message("retired-hidden", { copies: retired }).text] : []),
    ...(isCut ? [message("summarised").text] : []),
  ];
  return [...table, ...below.flatMap((line) => wrap(line, room.width, 2))];
}

function tailLines(report: StatusReport, room: Room): string[] {
  const { problemGroups, lastRun, timer, journal, attention } = report;
  const problems = groupTexts(problemGroups);
  const run = lastRun && {
    trigger: lastRun.trigger,
    endedAt: iso(lastRun.endedAt),
    stoppedEarly: lastRun.stoppedEarly,
  };
  const lines = [
    ...problems,
    ...(run ? [message("last-run", run).text] : []),
    timer.text,
    ...(journal ? [journal.text] : []),
  ];
  return [...(attention.length > 0 ? [""] : []), ...lines.flatMap((line) => wrap(clean(line), room.width, 2))];
}

function lateText({ region, sweptAt, reason, retryAt }: StatusReport["late"][number], now: number): string {
  return message("late-region", {
    region,
    ago: sweptAt === null ? undefined : shortDuration(now - sweptAt),
    reason: reason ? `; ${fullText({ text: reason.text })}` : "",
    next: retryAt === null ? undefined : shortDuration(retryAt - now),
  }).text;
}
