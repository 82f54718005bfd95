// Everything that status says of an account, from its records alone: the format of status --json.
import { copyId } from "../../model/identity.ts";
import { distinct } from "../../model/messages/reasons.ts";
import type { Records } from "../../model/ports.ts";
import type { AccountRecord, Copy, JournalEntry, Millis, Reason, Run } from "../../model/types.ts";
import { conditionOf } from "../copies/copy-condition.ts";
import { type JournalHealth, journalHealth } from "../health/journal-health.ts";
import { type TimerHealth, timerHealth } from "../health/timer-health.ts";
import { measurements } from "../plan/estimate.ts";
import { type CopyLine, exitCodeOf, type Summary, summarise } from "../summary.ts";
import { type AttentionGroup, attentionOf } from "./attention.ts";
import { type JournalFacts, journalFacts } from "./journal-facts.ts";
import { groupProblems, type ProblemGroup } from "./problem-groups.ts";
import { lateRegions, type RegionAge } from "./region-ages.ts";
import { remainingTime } from "./remaining.ts";

/** What was read of one account, and when. Times in epoch milliseconds. */
export interface StatusInput {
  readonly records: Pick<Records, "copies" | "record" | "unsentSince">;
  /** The copies that the filters leave; all unless given. */
  readonly chosen?: readonly Copy[];
  /** The latest, newest first. */
  readonly runs: readonly Run[];
  /** The newest lines of the journal, newest first. */
  readonly entries: readonly JournalEntry[];
  readonly now: Millis;
  readonly sweepEvery: Millis;
  /** Whether a log service is to take the journal. */
  readonly sendsJournal: boolean;
}

/** What status says of an account. */
export interface StatusReport {
  readonly now: Millis;
  /** The chosen copies, retired ones included. */
  readonly copies: readonly Copy[];
  /** All copies, whose durations say how long others take. */
  readonly measured: readonly Copy[];
  readonly attention: readonly AttentionGroup[];
  /** By `copyId`. */
  readonly facts: ReadonlyMap<string, JournalFacts>;
  readonly problems: readonly Reason[];
  readonly problemGroups: readonly ProblemGroup[];
  readonly record: AccountRecord | undefined;
  readonly unsentSince: Millis | undefined;
  readonly lastRun: Run | undefined;
  readonly timer: TimerHealth;
  readonly journal: JournalHealth | undefined;
  /** Until when the records follow the cloud: the end of the last run. Null before the first one. */
  readonly asOf: Millis | null;
  readonly late: readonly RegionAge[];
  readonly summary: Summary["summary"];
  readonly lines: readonly CopyLine[];
  readonly exitCode: 0 | 3;
}

/** Makes the report. */
export function statusReport(input: StatusInput): StatusReport {
  const { records, runs, entries, now, sweepEvery } = input;
  const { copies: measured, record, unsentSince } = records;
  const copies = input.chosen ?? measured;
  // A skipped run found no problems. At most one skipped run is stored: see `rememberRun`.
  const lastRun = runs.find(({ skipped }) => skipped === undefined);
  const timer = timerHealth(record, sweepEvery, now);
  // Without a topic here, this command does not know whether any process sends the lines.
  const journal = input.sendsJournal ? journalHealth(unsentSince, now) : undefined;
  const problems = distinct([
    ...(record?.problems ?? []),
    ...(lastRun?.problems ?? []),
    ...(timer.problem ? [timer.problem] : []),
    ...(journal?.problem ? [journal.problem] : []),
  ]);
  const facts = journalFacts(copies, entries);
  const attention = attentionOf(copies, now, (copy) => factsOf(copy, facts).failure);
  const summary = summarise(copies, problems);
  return {
    now,
    copies,
    measured,
    attention,
    facts,
    problems,
    problemGroups: groupProblems(problems, attention),
    record,
    unsentSince,
    lastRun,
    timer,
    journal,
    asOf: lastRun?.endedAt ?? null,
    late: lateRegions(record, sweepEvery, now),
    summary: summary.summary,
    lines: summary.copies,
    exitCode: exitCodeOf(summary),
  };
}

/** One copy in `status --json`: a line of `apply --json`, and what depends on the present. */
export interface StatusLine extends CopyLine {
  readonly name: string;
  readonly asDesired: ReturnType<typeof conditionOf>["asDesired"];
  readonly differences: readonly string[];
  readonly healthy: ReturnType<typeof conditionOf>["healthy"];
  /** While it is being copied, if the cloud tells it. */
  readonly percent: number | null;
  /** Where an unfinished copy stands, as far as the newest lines of the journal say. */
  readonly stage: JournalFacts["stage"] | null;
  readonly stageSince: Millis | null;
  readonly elapsedMs: Millis | null;
  readonly etaMs: Millis | null;
  readonly ageMs: Millis;
  readonly nextAt: Millis | null;
  /** The place of its group in `attention`; null if it needs none. */
  readonly attention: number | null;
}

/** A group in `status --json`. */
export interface AttentionLine extends Omit<AttentionGroup, "copies" | "isSame"> {
  /** How many. */
  readonly copies: number;
  /** The ids of the sources, each once. */
  readonly sources: readonly string[];
  /** Of the last failed call for one of them, if the newest lines of the journal have one. */
  readonly requestId: string | null;
}

/** The copies and groups as `status --json` prints them. */
export function statusLines(report: StatusReport): { copies: StatusLine[]; attention: AttentionLine[] } {
  const { now, copies, measured, attention, facts, lines } = report;
  const timeOf = measurements(measured);
  const groupOf = new Map(
    attention.flatMap((group, at) => group.copies.map((copy) => [copyId(copy.key), at] as const)),
  );
  const byId = new Map(copies.map((copy) => [lineId(copy.key.rootRegion, copy.key.rootId, copy.key), copy]));
  return {
    copies: lines.flatMap((line): StatusLine[] => {
      const copy = byId.get(lineId(line.source.region, line.source.imageId, line));
      if (!copy) return [];
      const { asDesired, differences, healthy, elapsedMs, nextAt } = conditionOf(copy, now);
      const { stage = null, stageSince = null } = factsOf(copy, facts);
      return [
        {
          ...line,
          name: copy.rootName,
          asDesired,
          differences,
          healthy,
          percent: copy.phase === "copying" ? (copy.percent ?? null) : null,
          stage,
          stageSince,
          elapsedMs,
          etaMs: remainingTime(copy, timeOf, now) ?? null,
          ageMs: Math.max(0, now - copy.createdAt),
          nextAt,
          attention: groupOf.get(copyId(copy.key)) ?? null,
        },
      ];
    }),
    attention: attention.map(({ copies: members, isSame: _, ...group }) => ({
      ...group,
      copies: members.length,
      sources: [...new Set(members.map(({ key }) => key.rootId))],
      requestId: requestIdIn(members, facts) ?? null,
    })),
  };
}

function lineId(rootRegion: string, rootId: string, { region, variant }: Pick<Copy["key"], "region" | "variant">) {
  return JSON.stringify([rootRegion, rootId, region, variant]);
}

/** What the journal says of a copy. */
export function factsOf({ key }: Copy, facts: ReadonlyMap<string, JournalFacts>): JournalFacts {
  return facts.get(copyId(key)) ?? {};
}

/** The RequestId of the last failed call for one of the copies. */
export function requestIdIn(copies: readonly Copy[], facts: ReadonlyMap<string, JournalFacts>): string | undefined {
  return copies.map((copy) => factsOf(copy, facts).requestId).find((requestId) => requestId !== undefined);
}
