// The command apply: one run, or with --wait as many runs as the copies need.

import { setTimeout as sleep } from "node:timers/promises";
import { fullText } from "../../lib/model/messages/define.ts";
import { plainJson } from "../../lib/model/printable.ts";
import type { Copy, Millis } from "../../lib/model/types.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import type { RunRequest } from "../../lib/replicator/run-requests.ts";
import { exitCodeOf, isSettled, nextCheck, summarise } from "../../lib/report/summary.ts";
import { watchChanges } from "../ui/change-counter.ts";
import { message } from "../ui/messages.ts";
import { type Progress, showProgress } from "../ui/progress.ts";
import { totalsOf } from "../ui/table.ts";
import { clean, lineOf } from "../ui/text.ts";
import { withReplicator } from "../with-replicator.ts";

/** The shortest and the longest pause between two runs of `--wait`. */
const SHORTEST_PAUSE: Millis = 1_000;
const LONGEST_PAUSE: Millis = 15_000;
/** The interval at which progress is shown during a run. */
const SHOW_EVERY: Millis = 300;

/**
 * Adjusts the first run of a command, depending on the records before it. `say` prints a notice.
 */
export type Begin = (
  copies: readonly Copy[],
  say: (text: string) => void,
) => Partial<Pick<RunRequest, "why" | "acceptVanished" | "retry">>;

/**
 * Runs `apply`. Progress goes to standard error, the result to standard output. Answers the exit
 * code: 130 after an interrupt.
 */
export async function apply(
  options: { policy?: string; json?: boolean; wait?: boolean; acceptVanished?: boolean },
  begin: Begin = () => ({}),
): Promise<0 | 1 | 3 | 130> {
  const progress = showProgress(process.stderr);
  let changed = false;
  const changes = watchChanges(
    (text) => progress.say(text),
    () => {
      changed = true;
    },
  );
  const work: Parameters<typeof withReplicator<0 | 1 | 3 | 130>>[1] = async (opened, interrupted) => {
    const { replicator, state, warnings } = opened;
    for (const warning of warnings) progress.say(clean(message("warning", warning).text));
    const account = await replicator.cloud.account();
    const before = await state.copies(account);
    const firstRun = begin(before, (text) => progress.say(text));
    progress.begin(before);
    const request: RunRequest = {
      why: "apply",
      scope: { kind: "sweep" },
      ...(options.acceptVanished && { acceptVanished: true }),
    };
    const changedCopies = async () => {
      if (!changed) return undefined;
      changed = false;
      return await state.copies(account);
    };
    const run = async (request: RunRequest) => {
      const report = await watched(replicate(request, replicator), changedCopies, progress);
      progress.show(report.copies);
      return report;
    };
    let report = await run({ ...request, ...firstRun });
    if (options.wait)
      report = await wait(report, () => run({ ...request, scope: { kind: "poll" } }), interrupted, progress);
    const summary = summarise(report.copies, report.problems);
    if (options.json) {
      process.stdout.write(`${plainJson({ ...summary, done: changes.counts() })}\n`);
    } else {
      for (const problem of summary.summary.problems) {
        process.stdout.write(lineOf(message("problem", { text: fullText(problem) }).text));
      }
      // In a terminal the table shows the totals already.
      if (!process.stdout.isTTY || !process.stderr.isTTY) process.stdout.write(`${totalsOf(report.copies)}\n`);
      const counts = changes.text();
      if (counts) process.stdout.write(lineOf(message("changes-made", { counts }).text));
    }
    return interrupted() ? 130 : exitCodeOf(summary);
  };
  return withReplicator(options.policy, work, (text) => progress.say(text), [changes.journal]);
}

/**
 * Shows the records during a run, which may take minutes. Reads nothing after it has ended, because
 * the caller then closes the state.
 */
async function watched<T>(
  run: Promise<T>,
  changedCopies: () => Promise<readonly Copy[] | undefined>,
  progress: Progress,
): Promise<T> {
  const end = new AbortController();
  const ended = () => end.abort();
  run.then(ended, ended);
  while (!end.signal.aborted) {
    await sleep(SHOW_EVERY, undefined, { signal: end.signal }).catch(() => {});
    // If the state cannot be read, the run itself reports the error.
    const copies = end.signal.aborted ? undefined : await changedCopies().catch(() => undefined);
    if (copies) progress.show(copies);
  }
  return run;
}

/**
 * Runs again until every copy is settled: soon after a change, less often while nothing changes.
 */
async function wait(
  first: Report,
  run: () => Promise<Report>,
  interrupted: () => boolean,
  progress: Progress,
): Promise<Report> {
  let report = first;
  let unchangedSince = Date.now();
  let before = "";
  const isOver = (copy: Copy) => isSettled(copy) || waitsForBlocked(copy, report.copies);
  while (!report.copies.every(isOver) && !interrupted()) {
    const now = Date.now();
    const states = JSON.stringify(
      report.copies.map((copy) => [copy.state, "percent" in copy ? copy.percent : undefined]),
    );
    if (states !== before) unchangedSince = now;
    before = states;
    const pace = Math.min(LONGEST_PAUSE, Math.max(SHORTEST_PAUSE, (now - unchangedSince) / 4));
    const due = nextCheck(report.copies, now) ?? now;
    await pause(Math.min(LONGEST_PAUSE, Math.max(pace, due - now)), interrupted);
    report = await run();
    progress.alive(report.copies);
  }
  return report;
}

/** Whether a copy waits for an earlier copy of its chain that is blocked or failed. */
function waitsForBlocked(copy: Copy, all: readonly Copy[]): boolean {
  if (copy.state !== "waiting" || copy.reason.code !== "parent-not-ready") return false;
  const { rootId, rootRegion, region } = copy.key;
  return all.some(
    ({ key, state }) =>
      key.rootId === rootId &&
      key.rootRegion === rootRegion &&
      key.variant === "plain" &&
      (key.region === region || key.region === rootRegion) &&
      (state === "blocked" || state === "failed"),
  );
}

/** Sleeps for `length` milliseconds, but not past an interrupt. */
async function pause(length: Millis, interrupted: () => boolean): Promise<void> {
  const until = Date.now() + length;
  while (Date.now() < until && !interrupted()) await sleep(Math.min(200, until - Date.now()));
}
