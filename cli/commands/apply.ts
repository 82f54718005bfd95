import { setTimeout as sleep } from "node:timers/promises";
import { plainJson } from "../../lib/model/printable.ts";
import type { Copy, Millis } from "../../lib/model/types.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import type { RunRequest } from "../../lib/replicator/run-requests.ts";
import { exitCodeOf, isSettled, nextCheck, summarise } from "../../lib/report/summary.ts";
import { watchChanges } from "../ui/change-counter.ts";
import { type Progress, showProgress } from "../ui/progress.ts";
import { totalsOf } from "../ui/table.ts";
import { clean } from "../ui/text.ts";
import { withReplicator } from "../with-replicator.ts";

const SOONEST: Millis = 1_000;
const LATEST: Millis = 15_000;
/** How often progress is shown while a run goes on. */
const SHOW_EVERY: Millis = 300;

/** What is special about the first run of a command, decided by what is remembered before it; `say` tells the person. */
export type Begin = (
  copies: readonly Copy[],
  say: (text: string) => void,
) => Partial<Pick<RunRequest, "why" | "acceptVanished" | "retry">>;

/** `apply`: one run, or with `--wait` as many as it takes. Progress goes to standard error, the answer to standard output. */
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
    for (const { where, text } of warnings) progress.say(`warning: ${clean(where)}: ${clean(text)}`);
    const account = await replicator.cloud.account();
    const before = await state.copies(account);
    const special = begin(before, (text) => progress.say(text));
    progress.begin(before);
    const order: RunRequest = {
      why: "apply",
      scope: { kind: "sweep" },
      ...(options.acceptVanished && { acceptVanished: true }),
    };
    const news = async () => {
      if (!changed) return undefined;
      changed = false;
      return await state.copies(account);
    };
    const run = async (order: RunRequest) => {
      const report = await watched(replicate(order, replicator), news, progress);
      progress.show(report.copies);
      return report;
    };
    let report = await run({ ...order, ...special });
    if (options.wait)
      report = await wait(report, () => run({ ...order, scope: { kind: "poll" } }), interrupted, progress);
    const summary = summarise(report.copies, report.problems);
    if (options.json) {
      process.stdout.write(`${plainJson({ ...summary, done: changes.counts() })}\n`);
    } else {
      for (const { text, remedy } of summary.summary.problems) {
        process.stdout.write(`problem: ${clean(text)}${remedy ? `; ${clean(remedy)}` : ""}\n`);
      }
      // In a terminal the table has just said it.
      if (!process.stdout.isTTY || !process.stderr.isTTY) process.stdout.write(`${totalsOf(report.copies)}\n`);
      const done = changes.text();
      if (done) process.stdout.write(`done: ${done}\n`);
    }
    return interrupted() ? 130 : exitCodeOf(summary);
  };
  return withReplicator(options.policy, work, (text) => progress.say(text), [changes.journal]);
}

/** Shows what is remembered while a run goes on, which may take minutes. Nothing is read any more once this ends. */
async function watched<T>(
  run: Promise<T>,
  news: () => Promise<readonly Copy[] | undefined>,
  progress: Progress,
): Promise<T> {
  const end = new AbortController();
  const ended = () => end.abort();
  run.then(ended, ended);
  while (!end.signal.aborted) {
    await sleep(SHOW_EVERY, undefined, { signal: end.signal }).catch(() => {});
    // A state that cannot be read is for the run to tell.
    const copies = end.signal.aborted ? undefined : await news().catch(() => undefined);
    if (copies) progress.show(copies);
  }
  return run;
}

/** Runs again until every copy is settled: soon after something happened, less often while nothing does. */
async function wait(
  first: Report,
  run: () => Promise<Report>,
  interrupted: () => boolean,
  progress: Progress,
): Promise<Report> {
  let report = first;
  let quietSince = Date.now();
  let before = "";
  const isOver = (copy: Copy) => isSettled(copy) || waitsForBlocked(copy, report.copies);
  while (!report.copies.every(isOver) && !interrupted()) {
    const now = Date.now();
    const states = JSON.stringify(
      report.copies.map((copy) => [copy.state, "percent" in copy ? copy.percent : undefined]),
    );
    if (states !== before) quietSince = now;
    before = states;
    const pace = Math.min(LATEST, Math.max(SOONEST, (now - quietSince) / 4));
    const due = nextCheck(report.copies, now) ?? now;
    await pause(Math.min(LATEST, Math.max(pace, due - now)), interrupted);
    report = await run();
    progress.alive(report.copies);
  }
  return report;
}

/** A later step of a chain, whose first step needs a person. */
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

/** Sleeps, but not past an interrupt. */
async function pause(length: Millis, interrupted: () => boolean): Promise<void> {
  const until = Date.now() + length;
  while (Date.now() < until && !interrupted()) await sleep(Math.min(200, until - Date.now()));
}
