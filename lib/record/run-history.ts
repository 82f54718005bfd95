// Adds up a run and remembers it.
import { randomUUID } from "node:crypto";
import type { Applied } from "../apply/apply-plan.ts";
import type { Scope } from "../model/observation.ts";
import type { RunDeps } from "../model/ports.ts";
import { distinct } from "../model/reasons.ts";
import type { Millis, Reason, Run } from "../model/types.ts";
import { changeAccount } from "./account-record.ts";

const DAY: Millis = 86_400_000;

/** How long runs and the journal are kept. */
const HISTORY: Millis = 90 * DAY;

/**
 * Remembers the run, and when everything was last looked at. Of the runs that did nothing only the latest is kept, for
 * each cause and each set of problems: timers run for years, and one event may come a hundred thousand times. The first
 * sweep of a day deletes what is too old. Answers what needs a person, as far as anybody has seen.
 */
export async function recordRun(
  run: Run,
  request: { why: string; scope: Scope },
  { state }: RunDeps,
): Promise<readonly Reason[]> {
  const idle = Object.keys(run.actions).length === 0 && run.failures === 0;
  const codes = new Set(run.problems.map(({ code }) => code));
  const odd = [...(run.stoppedEarly ? ["stopped-early"] : []), ...(run.skipped === undefined ? [] : ["skipped"])];
  await state.saveRun(idle ? { ...run, id: ["idle", run.why, ...odd, ...codes].join(" ") } : run);
  const whole = request.scope.kind === "sweep" && !run.stoppedEarly && run.skipped === undefined;
  // A region that could not be read is looked at again by the next run of the timer, not only when a sweep is due.
  const swept = whole && ![...codes].some((code) => code.startsWith("unreadable-"));
  const written = {
    ...(whole && { problems: run.problems }),
    ...(swept && { lastSweepAt: run.startedAt }),
    ...(request.why === "timer" && run.skipped === undefined && { heartbeatAt: run.endedAt }),
  };
  let sweptBefore: Millis | undefined;
  const record = await changeAccount(
    run.account,
    (before) => {
      sweptBefore = before?.lastSweepAt;
      return before && Object.keys(written).length > 0 ? { ...before, ...written } : undefined;
    },
    state,
  );
  const firstOfDay = sweptBefore === undefined || Math.floor(sweptBefore / DAY) < Math.floor(run.startedAt / DAY);
  if (swept && firstOfDay) await state.deleteHistoryBefore(run.account, run.startedAt - HISTORY);
  return distinct([...(record?.problems ?? []), ...run.problems]);
}

export type Tally = ReturnType<typeof beginRun>;

/** Adds up what the rounds of one run did. */
export function beginRun(account: string, why: string, startedAt: Millis) {
  const id = randomUUID();
  const actions: Record<string, number> = {};
  let failures = 0;
  let stoppedEarly = false;
  let problems: readonly Reason[] = [];
  return {
    id,
    /** What one round found and did. A later round looks at less, and what it does not see is no less of a problem. */
    add(found: readonly Reason[], applied?: Applied): void {
      problems = distinct([...problems, ...found]);
      if (!applied) return;
      for (const [kind, count] of Object.entries(applied.actions)) actions[kind] = (actions[kind] ?? 0) + count;
      failures += applied.failures;
      stoppedEarly ||= applied.stoppedEarly;
    },
    /** How many actions of a kind were carried out. */
    count: (kind: string) => actions[kind] ?? 0,
    end: (endedAt: Millis): Run => ({
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
