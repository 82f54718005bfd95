// The totals of a run over its rounds, and the history of runs.
import { randomUUID } from "node:crypto";
import type { Applied } from "../apply/apply-plan.ts";
import { distinct } from "../model/messages/reasons.ts";
import type { Scope } from "../model/observation.ts";
import type { RunDeps } from "../model/ports.ts";
import type { Millis, Reason, Run } from "../model/types.ts";
import { changeAccount } from "./account-record.ts";

const DAY: Millis = 86_400_000;

/** How long runs and the journal are kept. */
const HISTORY: Millis = 90 * DAY;

/**
 * Stores the run, and in the account record the time of the last sweep. Of the runs that changed
 * nothing only the latest is kept for each trigger and each set of problems, because timers run for
 * years and one event may be delivered a hundred thousand times. The first sweep of a day deletes
 * the history that is older than `HISTORY`.
 *
 * Answers every problem that needs manual action: those of this run and those of the last sweep.
 */
export async function recordRun(
  run: Run,
  request: { why: string; scope: Scope },
  { state }: RunDeps,
): Promise<readonly Reason[]> {
  const isIdle = Object.keys(run.actions).length === 0 && run.failures === 0;
  const codes = new Set(run.problems.map(({ code }) => code));
  const flags = [...(run.stoppedEarly ? ["stopped-early"] : []), ...(run.skipped === undefined ? [] : ["skipped"])];
  await state.saveRun(isIdle ? { ...run, id: ["idle", run.why, ...flags, ...codes].join(" ") } : run);
  const isWholeSweep = request.scope.kind === "sweep" && !run.stoppedEarly && run.skipped === undefined;
  // If a region could not be read, the next timer run sweeps again and does not wait for the
  // interval.
  const isSwept = isWholeSweep && ![...codes].some((code) => code.startsWith("unreadable-"));
  const update = {
    ...(isWholeSweep && { problems: run.problems }),
    ...(isSwept && { lastSweepAt: run.startedAt }),
    ...(request.why === "timer" && run.skipped === undefined && { heartbeatAt: run.endedAt }),
  };
  let previousSweepAt: Millis | undefined;
  const record = await changeAccount(
    run.account,
    (before) => {
      previousSweepAt = before?.lastSweepAt;
      return before && Object.keys(update).length > 0 ? { ...before, ...update } : undefined;
    },
    state,
  );
  const isFirstOfDay = previousSweepAt === undefined || dayOf(previousSweepAt) < dayOf(run.startedAt);
  if (isSwept && isFirstOfDay) await state.deleteHistoryBefore(run.account, run.startedAt - HISTORY);
  return distinct([...(record?.problems ?? []), ...run.problems]);
}

function dayOf(at: Millis): number {
  return Math.floor(at / DAY);
}

/** The totals of a run that is in progress. */
export type RunTotals = ReturnType<typeof startRun>;

/** Starts the totals of a run, to which each round is added. */
export function startRun(account: string, why: string, startedAt: Millis) {
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
    /** The number of actions of a kind that were applied so far. */
    countOf: (kind: string) => actions[kind] ?? 0,
    /** The run as it is stored. */
    finish: (endedAt: Millis): Run => ({
      id,
      account,
      why,
      startedAt,
      endedAt,
      actions,
      failures,
      stoppedEarly,
      problems,
    }),
  };
}
