import { plainJson } from "../lib/core/plain-json.ts";
import { exitCodeOf, summarise } from "../lib/core/summary.ts";
import { readConfig } from "../lib/shell/config.ts";
import { openCloud } from "../lib/shell/open.ts";
import { openState } from "../lib/state/open.ts";
import { roomOf, tableOf, totalsOf } from "./table.ts";
import { clean } from "./text.ts";

/** `status`: what is remembered. Asks the cloud only whose account this is. */
export async function status(options: { json?: boolean }): Promise<0 | 3> {
  const config = readConfig(process.env);
  const cloud = await openCloud(config, process.env);
  const state = await openState(config.stateUrl);
  try {
    const account = await cloud.account();
    const [copies, record, [run]] = await Promise.all([
      state.copies(account),
      state.account(account),
      state.runs(account, 1),
    ]);
    const summary = summarise(copies, run?.problems ?? []);
    if (options.json) {
      process.stdout.write(`${plainJson({ account, record: record ?? null, lastRun: run ?? null, ...summary })}\n`);
      return exitCodeOf(summary);
    }
    if (copies.length === 0) {
      process.stdout.write("Nothing is remembered of this account yet; `cvm-replicator apply` begins.\n");
      return 0;
    }
    process.stdout.write(`${tableOf(copies, roomOf(process.stdout)).join("\n")}\n${totalsOf(copies)}\n`);
    for (const { text, remedy } of summary.summary.problems) {
      process.stdout.write(`problem: ${clean(text)}${remedy ? `; ${clean(remedy)}` : ""}\n`);
    }
    if (run)
      process.stdout.write(
        `last run: ${clean(run.why)}, ${new Date(run.endedAt).toISOString()}${run.stoppedEarly ? ", stopped early" : ""}\n`,
      );
    return exitCodeOf(summary);
  } finally {
    await state.close();
  }
}
