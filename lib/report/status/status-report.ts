// Everything that status says of an account, from its records alone.
import { copyId } from "../../model/identity.ts";
import { distinct } from "../../model/messages/reasons.ts";
import type { Records } from "../../model/ports.ts";
import type { AccountRecord, Copy, JournalEntry, Millis, Reason, Run } from "../../model/types.ts";
import { type JournalHealth, journalHealth } from "../health/journal-health.ts";
import { type TimerHealth, timerHealth } from "../health/timer-health.ts";
import { type CopyLine, exitCodeOf, type Summary, summarise } from "../summary.ts";
import { type AttentionGroup, attentionOf } from "./attention.ts";
import { type JournalFacts, journalFacts } from "./journal-facts.ts";
import { groupProblems, type ProblemGroup } from "./problem-groups.ts";
import { lateRegions, type RegionAge } from "./region-ages.ts";

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

/** What the journal says of a copy. */
export function factsOf({ key }: Copy, facts: ReadonlyMap<string, JournalFacts>): JournalFacts {
  return facts.get(copyId(key)) ?? {};
}

/** The RequestId of the last failed call for one of the copies: the journal's, else that of its reason. */
export function requestIdIn(copies: readonly Copy[], facts: ReadonlyMap<string, JournalFacts>): string | undefined {
  const ofJournal = copies.map((copy) => factsOf(copy, facts).requestId);
  const ofRecord = copies.map((copy) => ("reason" in copy ? copy.reason.requestId : undefined));
  return [...ofJournal, ...ofRecord].find((requestId) => requestId !== undefined);
}
