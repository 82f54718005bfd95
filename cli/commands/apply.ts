// The command apply: one run, or with --wait as many runs as the copies need.

import { setTimeout as sleep } from "node:timers/promises";
import { copyId, rootRefId } from "../../lib/model/identity.ts";
import { fullText } from "../../lib/model/messages/define.ts";
import { LEFT_OUT, UNCONFIRMED_POLICY } from "../../lib/model/messages/reasons.ts";
import type { Copy, ImageRef, Millis } from "../../lib/model/types.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import type { RunRequest } from "../../lib/replicator/run-requests.ts";
import { isLongOutage } from "../../lib/report/needs-user.ts";
import { exitCodeOf, isSettled, nextCheck, summarise } from "../../lib/report/summary.ts";
import { waitOrder } from "../../lib/report/wait-order.ts";
import { writeJson } from "../json.ts";
import { message } from "../messages/catalogue.ts";
import { watchChanges } from "../ui/change-counter.ts";
import { ask, canAsk } from "../ui/confirm.ts";
import { type Progress, showProgress } from "../ui/progress.ts";
import { totalsOf } from "../ui/table.ts";
import { clean, lineOf } from "../ui/text.ts";
import { withReplicator } from "../with-replicator.ts";

/** The shortest and the longest pause between two runs of `--wait`. */
const SHORTEST_PAUSE: Millis = 1_000;
const LONGEST_PAUSE: Millis = 15_000;
/** The interval at which progress is shown during a run. */
const SHOW_EVERY: Millis = 300;

/** The options of `apply`. */
export interface ApplyOptions {
  readonly policy?: string;
  readonly json?: boolean;
  readonly wait?: boolean;
  readonly acceptVanished?: boolean;
  readonly acceptUnshare?: boolean;
  readonly acceptRecall?: boolean;
}

/**
 * Adjusts the first run of a command, depending on the records before it. `say` prints a notice.
 */
export type Begin = (
  copies: readonly Copy[],
  say: (text: string) => void,
) => Partial<Pick<RunRequest, "trigger" | "acceptVanished" | "retry" | "readAnyway">>;

/**
 * Runs `apply`. Progress goes to standard error, the result to standard output. Answers the exit
 * code: 130 after an interrupt.
 */
export async function apply(options: ApplyOptions, begin: Begin = () => ({})): Promise<0 | 1 | 3 | 130> {
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
    const all = async () => (await state.read(account, { all: true })).copies;
    const before = await all();
    const latest = new Map(before.map((copy) => [copyId(copy.key), copy]));
    const firstRun = begin(before, (text) => progress.say(text));
    progress.begin(before);
    let request: RunRequest = {
      trigger: "apply",
      scope: { kind: "sweep" },
      deleted: new Set(),
      ...(options.acceptVanished && { acceptVanished: true }),
      ...(options.acceptUnshare && { acceptUnshare: true }),
      ...(options.acceptRecall && { acceptRecall: true }),
      confirmed: false,
    };
    const changedCopies = async () => {
      if (!changed) return undefined;
      changed = false;
      return await all();
    };
    const leftOut = new Set<string>();
    const run = async (request: RunRequest) => {
      const ended = await watched(replicate(request, replicator), changedCopies, progress);
      await update(latest, ended.copies, async (images) => (await state.read(account, { images })).copies);
      const report: Report = { ...ended, copies: [...latest.values()] };
      for (const warning of report.plan.warnings.filter(({ code }) => code === LEFT_OUT)) {
        if (!leftOut.has(warning.text)) progress.say(clean(message("plan-warning", { text: fullText(warning) }).text));
        leftOut.add(warning.text);
      }
      progress.show(report.copies);
      return report;
    };
    let report = await run({ ...request, ...firstRun });
    const isHeldBack = report.run.problems.some(({ code }) => code === UNCONFIRMED_POLICY);
    if (isHeldBack && !options.json && canAsk() && (await ask(message("take-back-prompt").text)))
      report = await run((request = { ...request, confirmed: true }));
    if (options.wait) {
      const { deleted: _, ...poll } = { ...request, scope: { kind: "poll" } as const };
      report = await wait(report, (kind) => run(kind === "sweep" ? request : poll), interrupted, progress);
    }
    const summary = summarise(report.copies, report.problems);
    if (options.json) {
      writeJson("apply", { ...summary, done: changes.counts() });
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
  const say = (text: string) => progress.say(text);
  return withReplicator(options.policy, work, { say, journals: [changes.journal] });
}

/**
 * Brings the latest copies up to date after a run. A poll answers only the copies that were due, and
 * another program, such as the timer, may have finished or deleted the others meanwhile.
 */
async function update(
  latest: Map<string, Copy>,
  answered: readonly Copy[],
  read: (sources: readonly ImageRef[]) => Promise<readonly Copy[]>,
): Promise<void> {
  const store = (copy: Copy) => latest.set(copyId(copy.key), copy);
  const open = new Map([...latest].filter(([, copy]) => !isSettled(copy)));
  for (const copy of answered) {
    store(copy);
    open.delete(copyId(copy.key));
  }
  if (open.size === 0) return;
  const sources = new Map(
    [...open.values()].map(({ key }) => [rootRefId(key), { region: key.rootRegion, imageId: key.rootId }]),
  );
  for (const id of open.keys()) latest.delete(id);
  for (const copy of await read([...sources.values()])) store(copy);
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
 * Runs again until every copy is settled and a sweep finds nothing to do, or only manual action
 * helps, or an outage lasts for long: soon after a change, less often while nothing changes. Says
 * each problem once.
 */
async function wait(
  first: Report,
  run: (kind: "poll" | "sweep") => Promise<Report>,
  interrupted: () => boolean,
  progress: Progress,
): Promise<Report> {
  let report = first;
  let unchangedSince = Date.now();
  let before = "";
  const said = new Set<string>();
  const follow = waitOrder();
  for (let next = follow(report); next !== "end" && !interrupted(); next = follow(report)) {
    for (const problem of report.problems) {
      const { text } = message("problem", { text: fullText(problem) });
      if (!said.has(problem.code + problem.text)) progress.say(clean(text));
      said.add(problem.code + problem.text);
    }
    const now = Date.now();
    const states = JSON.stringify(
      report.copies.map((copy) => [copy.phase, "percent" in copy ? copy.percent : undefined]),
    );
    if (states !== before) unchangedSince = now;
    before = states;
    if (isLongOutage(report.problems, now - unchangedSince)) {
      progress.say(message("outage-lasts").text);
      break;
    }
    const pace = Math.min(LONGEST_PAUSE, Math.max(SHORTEST_PAUSE, (now - unchangedSince) / 4));
    const due = nextCheck(report.copies, now) ?? now;
    await pause(Math.min(LONGEST_PAUSE, Math.max(pace, due - now)), interrupted);
    report = await run(next);
    progress.alive(report.copies);
  }
  return report;
}

/** Sleeps for `length` milliseconds, but not past an interrupt. */
async function pause(length: Millis, interrupted: () => boolean): Promise<void> {
  const until = Date.now() + length;
  while (Date.now() < until && !interrupted()) await sleep(Math.min(200, until - Date.now()));
}
