// The command status: shows the recorded copies, the problems and the health of the timer.
import { fullText } from "../../lib/model/messages/define.ts";
import { distinct } from "../../lib/model/messages/reasons.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import { openCloud } from "../../lib/replicator/open/open-cloud.ts";
import { openStateOf } from "../../lib/replicator/open/open-state.ts";
import { journalHealth } from "../../lib/report/health/journal-health.ts";
import { timerHealth } from "../../lib/report/health/timer-health.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { writeJson } from "../json.ts";
import { message } from "../messages/catalogue.ts";
import { roomOf, tableOf, totalsOf } from "../ui/table.ts";
import { lineOf } from "../ui/text.ts";

/** Runs `status`. Its only call to the cloud finds the account of the credentials. */
export async function status(options: { json?: boolean }): Promise<0 | 3> {
  const config = readConfig(process.env);
  const cloud = await openCloud(config, process.env, (warning) => {
    process.stderr.write(lineOf(message("warning", warning).text));
  });
  const state = await openStateOf(config, process.env, { readOnly: true });
  try {
    const account = await cloud.account();
    const [{ copies, record, unsentSince }, runs] = await Promise.all([
      state.read(account, { all: true }),
      state.runs(account, 2),
    ]);
    // A skipped run found no problems. At most one skipped run is stored: see `rememberRun`.
    const run = runs.find(({ skipped }) => skipped === undefined);
    const timer = timerHealth(record, config.sweepEvery, Date.now());
    // Without a topic here, this command does not know whether any process sends the lines.
    const journal = config.log && journalHealth(unsentSince, Date.now());
    const problems = distinct([
      ...(record?.problems ?? []),
      ...(run?.problems ?? []),
      ...(timer.problem ? [timer.problem] : []),
      ...(journal?.problem ? [journal.problem] : []),
    ]);
    const summary = summarise(copies, problems);
    if (options.json) {
      const { ranAt, problem } = timer;
      const lines = {
        ...{ record: record ?? null, lastRun: run ?? null, timer: { ranAt, late: problem !== undefined } },
        ...(journal && { journal: { unsentSince: unsentSince ?? null, late: journal.problem !== undefined } }),
      };
      writeJson("status", { account, ...lines, ...summary });
      return exitCodeOf(summary);
    }
    if (copies.length === 0) {
      process.stdout.write(lineOf(message("no-copies").text));
    } else {
      process.stdout.write(`${tableOf(copies, roomOf(process.stdout)).join("\n")}\n${totalsOf(copies)}\n`);
    }
    for (const problem of problems) {
      process.stdout.write(lineOf(message("problem", { text: fullText(problem) }).text));
    }
    if (run) {
      const { trigger, stoppedEarly } = run;
      const endedAt = new Date(run.endedAt).toISOString();
      process.stdout.write(lineOf(message("last-run", { trigger, endedAt, stoppedEarly }).text));
    }
    process.stdout.write(lineOf(timer.text));
    if (journal) process.stdout.write(lineOf(journal.text));
    return exitCodeOf(summary);
  } finally {
    await state.close();
  }
}
