// The totals of a run over its rounds, and the history of runs.
import { randomUUID } from "node:crypto";
import type { Applied } from "../apply/types.ts";
import { distinct, JOURNAL_NOT_SENT, SOURCES_WAIT } from "../model/messages/reasons.ts";
import type { Scope } from "../model/observation.ts";
import type { Changes, CopyChange, Replicator } from "../model/ports.ts";
import type { AccountRecord, JournalEntry, Millis, Reason, Run } from "../model/types.ts";
import type { OfAccount } from "./account-record.ts";
import { build, buildText } from "./program.ts";
import { isUnreadable, type Readings, regionsAfter, unreadableRegions } from "./region-records.ts";
import { withoutLease } from "./timer-lease.ts";

const DAY: Millis = 86_400_000;

/** How long runs and the journal are kept. */
export const HISTORY: Millis = 90 * DAY;

/** What a run leaves behind, beside what it saved on its way. */
export interface RunEnd {
  readonly readings: Readings;
  readonly progress: readonly CopyChange[];
  readonly awaited?: Changes["awaited"];
  /** Journal entries that no save of the run took with it. */
  readonly carried?: readonly JournalEntry[];
}

/**
 * Stores the run, and in the account record what it has read of each region; the timer's lease ends
 * with it. Of the runs that changed
 * nothing only the latest is kept for each trigger and each set of problems, because timers run for
 * years and one event may be delivered a hundred thousand times. The first sweep of a day deletes
 * the history that is older than `HISTORY`.
 *
 * Answers every problem that needs manual action: those of this run and those of the last sweep.
 */
export async function recordRun(
  run: Run,
  request: { trigger: string; scope: Scope; only?: unknown },
  { readings, progress, awaited, carried = [] }: RunEnd,
  deps: Pick<Replicator, "state" | "me" | "journal"> & OfAccount,
): Promise<readonly Reason[]> {
  const isIdle = Object.keys(run.actions).length === 0 && run.failures === 0;
  const codes = new Set(run.problems.map(({ code }) => code));
  const flags = [...(run.stoppedEarly ? ["stopped-early"] : []), ...(run.skipped === undefined ? [] : ["skipped"])];
  const id = isIdle ? ["idle", run.trigger, ...flags, ...codes].join(" ") : run.id;
  const toKeep: Run = { ...run, id, by: deps.me };
  const isWhole = request.scope.kind === "sweep" && request.only === undefined;
  const isSwept = isWhole && !run.stoppedEarly && run.skipped === undefined;
  let previousSweepAt: Millis | undefined;
  const change = (before: AccountRecord | undefined) => {
    if (!before) return undefined;
    previousSweepAt = before.lastSweepAt;
    const regions = regionsAfter(before.regions, run, readings);
    // Lines that wait are seen by every run, and so need no record that the next sweep removes.
    const seen = run.problems.filter(({ code }) => code !== JOURNAL_NOT_SENT);
    const found = isSwept ? seen : (before.problems ?? []);
    const unreadable = unreadableRegions(regions);
    const lasts = ({ code }: Reason) => code !== SOURCES_WAIT || isSwept || unreadable.length > 0;
    const problems = [...found.filter((one) => !isUnreadable(one) && lasts(one)), ...unreadable];
    const after: AccountRecord = {
      ...withoutLease(before, deps),
      ...(regions && { regions }),
      ...((isSwept || problems.length > 0 || before.problems) && { problems }),
      ...(isSwept && { lastSweepAt: run.startedAt }),
      ...(request.trigger === "timer" && run.skipped === undefined && { heartbeatAt: run.endedAt }),
    };
    return JSON.stringify(after) === JSON.stringify(before) ? undefined : after;
  };
  const record = await deps.known.change(change, {
    ...{ run: toKeep, copies: progress, entries: carried },
    ...(awaited && { awaited }),
  });
  if (carried.length > 0) await deps.journal.append(carried);
  const isFirstOfDay = previousSweepAt === undefined || dayOf(previousSweepAt) < dayOf(run.startedAt);
  if (isSwept && isFirstOfDay) await deps.state.deleteHistoryBefore(run.account, run.startedAt - HISTORY);
  return distinct([...(record?.problems ?? []), ...run.problems]);
}

function dayOf(at: Millis): number {
  return Math.floor(at / DAY);
}

/** The totals of a run that is in progress. */
export type RunTotals = ReturnType<typeof startRun>;

/** Starts the totals of a run, to which each round is added. */
export function startRun(account: string, trigger: string, startedAt: Millis) {
  const id = randomUUID();
  const actions: Record<string, number> = {};
  let failures = 0;
  let stoppedEarly = false;
  let problems: readonly Reason[] = [];
  return {
    id,
    /**
     * Adds a round. Problems of earlier rounds stay, because a later round reads less of the cloud.
     */
    addRound(found: readonly Reason[], applied?: Applied): void {
      problems = distinct([...problems, ...found]);
      if (!applied) return;
      for (const [kind, count] of Object.entries(applied.actions)) actions[kind] = (actions[kind] ?? 0) + count;
      failures += applied.failures;
      stoppedEarly ||= applied.stoppedEarly;
    },
    /** Adds that work was left to the next run, and why if that is no deadline. */
    stopEarly(why?: Reason): void {
      stoppedEarly = true;
      problems = distinct([...problems, ...(why ? [why] : [])]);
    },
    /** The run as it is stored. */
    finish: (endedAt: Millis): Run => ({
      id,
      account,
      trigger,
      startedAt,
      endedAt,
      actions,
      failures,
      stoppedEarly,
      problems,
      ...(build && { program: buildText(build) }),
    }),
  };
}
