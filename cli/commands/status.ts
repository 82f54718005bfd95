import { openState } from "../../lib/adapters/state/open.ts";
import { plainJson } from "../../lib/model/printable.ts";
import { distinct } from "../../lib/model/reasons.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import { openCloud } from "../../lib/replicator/open-replicator.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { timerHealth } from "../../lib/report/timer-health.ts";
import { roomOf, tableOf, totalsOf } from "../ui/table.ts";
import { clean } from "../ui/text.ts";

/** `status`: what is remembered. Asks the cloud only whose account this is. */
export async function status(options: { json?: boolean }): Promise<0 | 3> {
  const config = readConfig(process.env);
  const cloud = await openCloud(config, process.env);
  const state = await openState(config.stateUrl);
  try {
    const account = await cloud.account();
    const [copies, record, runs] = await Promise.all([
      state.copies(account),
      state.account(account),
      state.runs(account, 2),
    ]);
    // One that was skipped knew of no problems. There is at most one of them, see `rememberRun`.
    const run = runs.find(({ skipped }) => skipped === undefined);
    const timer = timerHealth(record, config.sweepEvery, Date.now());
    const problems = distinct([
      ...(record?.problems ?? []),
      ...(run?.problems ?? []),
      ...(timer.problem ? [timer.problem] : []),
    ]);
    const summary = summarise(copies, problems);
    if (options.json) {
      const { ranAt, problem } = timer;
      const lines = { record: record ?? null, lastRun: run ?? null, timer: { ranAt, late: problem !== undefined } };
      process.stdout.write(`${plainJson({ account, ...lines, ...summary })}\n`);
      return exitCodeOf(summary);
    }
    if (copies.length === 0) {
      process.stdout.write("Nothing is remembered of this account yet; `cvm-replicator apply` begins.\n");
    } else {
      process.stdout.write(`${tableOf(copies, roomOf(process.stdout)).join("\n")}\n${totalsOf(copies)}\n`);
    }
    for (const { text, remedy } of problems) {
      process.stdout.write(`problem: ${clean(text)}${remedy ? `; ${clean(remedy)}` : ""}\n`);
    }
    if (run)
      process.stdout.write(
        `last run: ${clean(run.why)}, ${new Date(run.endedAt).toISOString()}${run.stoppedEarly ? ", stopped early" : ""}\n`,
      );
    process.stdout.write(`${timer.text}\n`);
    return exitCodeOf(summary);
  } finally {
    await state.close();
  }
}
