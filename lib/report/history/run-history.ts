// The latest runs: why each started, how long it took, and what it changed.
import { iso } from "../../model/time.ts";
import type { Claimant, Millis, Reason, Run } from "../../model/types.ts";

/** One run: a member of `runs` in `history --json`, and `lastRun` of `status --json`. */
export interface RunLine {
  /** Of the runs of one kind that changed nothing only the latest is recorded: those share an id. */
  readonly id: string;
  readonly trigger: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: Millis;
  /** Number of applied actions, by kind. Empty if the run changed nothing. */
  readonly actions: Readonly<Record<string, number>>;
  /** Number of failed calls. */
  readonly failures: number;
  readonly stoppedEarly: boolean;
  /** Why the run did nothing and left the work to another one; else null. */
  readonly skipped: string | null;
  readonly problems: readonly Reason[];
  /** The build of the program; null if the sources ran as they are. */
  readonly program: string | null;
  /** The process: `HOST, pid 12`, or `instance 1a2b3c4d` of a function. Null in old records. */
  readonly process: string | null;
}

/** Lists runs, the latest first, that started at `since` or later. */
export function runLines(runs: readonly Run[], { since = 0 }: { readonly since?: Millis | undefined }): RunLine[] {
  return runs.filter(({ startedAt }) => startedAt >= since).map(runLine);
}

/** One run as programs read it. */
export function runLine(run: Run): RunLine {
  const { id, trigger, startedAt, endedAt, actions, failures, stoppedEarly, skipped, problems, program, by } = run;
  return {
    ...{ id, trigger, startedAt: iso(startedAt), durationMs: Math.max(0, endedAt - startedAt) },
    ...{ actions, failures, stoppedEarly, skipped: skipped ?? null, problems },
    program: program ?? null,
    process: by ? processText(by) : null,
  };
}

/** A process in words. `host` is the name of the machine and what tells its boots and containers apart. */
export function processText({ id, host, pid }: Claimant): string {
  if (host === undefined) return `instance ${id.slice(0, 8)}`;
  const [machine = ""] = host.split("/");
  return pid === undefined ? machine : `${machine}, pid ${pid}`;
}
