import { setTimeout as sleep } from "node:timers/promises";
import { nextCheck } from "../lib/core/plan.ts";
import { exitCodeOf, isSettled, summarise } from "../lib/core/summary.ts";
import { type Order, type Report, replicate } from "../lib/shell/replicate.ts";
import type { Millis } from "../lib/types.ts";
import { lineOf, type Progress, showProgress } from "./progress.ts";
import { clean } from "./text.ts";
import { withReplicator } from "./with-replicator.ts";

const SOONEST: Millis = 1_000;
const LATEST: Millis = 15_000;

/** `apply`: one run, or with `--wait` as many as it takes. Progress goes to standard error, the answer to standard output. */
export async function apply(options: {
  policy?: string;
  json?: boolean;
  wait?: boolean;
  acceptVanished?: boolean;
}): Promise<0 | 1 | 3 | 130> {
  return withReplicator(options.policy, async ({ replicator, state, warnings }, interrupted) => {
    for (const { where, text } of warnings) process.stderr.write(`warning: ${clean(where)}: ${clean(text)}\n`);
    const progress = showProgress(process.stderr, await state.copies(await replicator.cloud.account()));
    const order: Order = {
      why: "apply",
      scope: { kind: "sweep" },
      ...(options.acceptVanished && { acceptVanished: true }),
    };
    let report = await replicate(order, replicator);
    progress.show(report.copies);
    if (options.wait)
      report = await wait(report, (scope) => replicate({ ...order, scope }, replicator), progress, interrupted);
    progress.end();
    const summary = summarise(report.copies, report.run.problems);
    if (options.json) {
      process.stdout.write(`${JSON.stringify(summary)}\n`);
    } else {
      for (const { text, remedy } of summary.summary.problems) {
        process.stdout.write(`problem: ${clean(text)}${remedy ? `; ${clean(remedy)}` : ""}\n`);
      }
      process.stdout.write(`${lineOf(report.copies)}\n`);
    }
    return interrupted() ? 130 : exitCodeOf(summary);
  });
}

/** Runs again until every copy is settled: soon after something happened, less often while nothing does. */
async function wait(
  first: Report,
  run: (scope: Order["scope"]) => Promise<Report>,
  progress: Progress,
  interrupted: () => boolean,
): Promise<Report> {
  let report = first;
  let quietSince = Date.now();
  let before = "";
  while (!report.copies.every(isSettled) && !interrupted()) {
    const now = Date.now();
    const states = JSON.stringify(
      report.copies.map((copy) => [copy.state, "percent" in copy ? copy.percent : undefined]),
    );
    if (states !== before) quietSince = now;
    before = states;
    const pace = Math.min(LATEST, Math.max(SOONEST, (now - quietSince) / 4));
    const due = nextCheck(report.copies, now) ?? now;
    await pause(Math.min(LATEST, Math.max(pace, due - now)), interrupted);
    report = await run({ kind: "poll" });
    progress.show(report.copies);
  }
  return report;
}

/** Sleeps, but not past an interrupt. */
async function pause(length: Millis, interrupted: () => boolean): Promise<void> {
  const until = Date.now() + length;
  while (Date.now() < until && !interrupted()) await sleep(Math.min(200, until - Date.now()));
}
