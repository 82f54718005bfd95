// The command `npm run torture`.
import { emptyPrefix, emptySchema, postgres } from "../adapters/state/places.ts";
import { readArguments } from "../support/arguments.ts";
import { killOneOfSeveral, outages, pollConcurrently } from "./concurrent-programs.ts";
import { freeze } from "./freeze-process.ts";
import { kill } from "./kill-processes.ts";
import { ownServer } from "./postgres-server.ts";
import { sickRegions } from "./sick-regions.ts";
import { type Result, show, showTable } from "./table.ts";
import { TestBed } from "./test-bed.ts";

/**
 * `npm run torture`: real processes on real states are killed, stopped, or lose the server of their
 * state. Then the emulator's own images and log are judged. `--only NAME` runs one scenario,
 * `--seed N` repeats the choices of a run (not its timing), `--kills N` is the number of processes
 * that the scenario `kill` kills.
 */
const { values, numbers } = readArguments("torture", {
  numbers: { seed: { least: 0, otherwise: Date.now() % 1_000_000 }, kills: { least: 1, otherwise: 100 } },
  words: ["only"],
});
const { seed = 0, kills = 0 } = numbers;
const only = values["only"] as string | undefined;

type Say = (text: string) => void;
/** Runs one scenario; returns the number of processes that it killed. */
type Work = (bed: TestBed, say: Say) => Promise<number>;

const SQLITE = "SQLite";
const SERVER = "PostgreSQL";
const BUCKET = "COS";
const results: Result[] = [];
const notRun: string[] = [];
const open = new Set<TestBed>();
let number = 0;

/** Runs a scenario on a state, and judges the result. */
async function run(scenario: string, state: string, work: Work, makeState?: typeof emptySchema): Promise<void> {
  const id = (number += 1);
  if (only !== undefined && only !== scenario) return;
  if (state === SERVER && !postgres) {
    notRun.push(`${scenario} on PostgreSQL`);
    return;
  }
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const say: Say = (text) => show(`${scenario} on ${state}, ${seconds()} s: ${text}`);
  const place = await makeState?.();
  const bed = await TestBed.open(seed * 100 + id, place?.url);
  open.add(bed);
  let keep = true;
  try {
    const killed = await work(bed, say);
    say("faults stop; the remaining work is finished");
    const { verdict, ...counts } = await bed.finish();
    const { doubled, lost, foreign, throttled } = verdict;
    const failures = [...bed.failures];
    if (scenario === "alone" && throttled > 0)
      failures.push(`the rate limit refused ${throttled} calls of a process that ran alone`);
    for (const [kind, found] of Object.entries({ doubled, lost, foreign, failure: failures }))
      for (const text of found) say(`${kind}: ${text}`);
    keep = doubled.length + lost.length + foreign.length + failures.length > 0;
    const [d, l, f] = [doubled.length, lost.length, foreign.length];
    const tally = [...bed.tally, ...(throttled > 0 ? [["calls throttled", throttled] as const] : [])];
    results.push({
      ...{ scenario, state, kills: killed, ...counts, doubled: d, lost: l, foreign: f, seconds: seconds() },
      ...{ failures: failures.length, tally },
    });
  } catch (error) {
    say(`failed: ${String(error)}`);
    results.push({ scenario, state, seconds: seconds(), failed: String(error) });
  } finally {
    open.delete(bed);
    await bed.close(keep).catch((error: unknown) => {
      results.push({ scenario, state, seconds: seconds(), failed: String(error) });
    });
    if (keep) say(`logs, state and evidence are kept in ${bed.folder}`);
    else await place?.remove();
  }
}

const third = (state: string) => (state === SQLITE ? kills - 2 * Math.floor(kills / 3) : Math.floor(kills / 3));
const killing =
  (state: string): Work =>
  (bed, say) =>
    kill(bed, third(state), say);
const freezing: Work = (bed, say) => freeze(bed, say).then(() => 0);

async function outagesOnAServer(): Promise<void> {
  const isSelected = only === undefined || only === "outages";
  const server = postgres && isSelected ? await ownServer() : undefined;
  const place = async () => ({ url: server?.url ?? "", remove: async () => {} });
  const work: Work = async (bed, say) => {
    if (server) await outages(bed, server, 8, say);
    return 0;
  };
  try {
    await run("outages", SERVER, work, place);
  } finally {
    await server?.remove();
  }
}

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    void Promise.allSettled([...open].map((bed) => bed.close(true))).then(() => process.exit(130));
  });
}
show(`seed ${seed}`);
// The longest scenario starts first, because it waits most of the time.
const frozen = Promise.all([
  run("freeze", SQLITE, freezing),
  run("freeze", SERVER, freezing, emptySchema),
  run("freeze", BUCKET, freezing, emptyPrefix),
]);
await Promise.all([
  run("kill", SQLITE, killing(SQLITE))
    .then(() => run("neighbours", SQLITE, (bed, say) => killOneOfSeveral(bed, Math.ceil(kills / 4), say)))
    .then(() => run("sick", SQLITE, (bed, say) => sickRegions(bed, 8, say))),
  run("kill", SERVER, killing(SERVER), emptySchema)
    .then(() => run("pollers", SERVER, (bed, say) => pollConcurrently(bed, 12, say).then(() => 0), emptySchema))
    .then(outagesOnAServer),
  run("kill", BUCKET, killing(BUCKET), emptyPrefix).then(() =>
    run("pollers", BUCKET, (bed, say) => pollConcurrently(bed, 12, say).then(() => 0), emptyPrefix),
  ),
]);
await frozen;
// Last, because on a busy machine requests do not arrive at the rate at which a process sends them.
await run("alone", SQLITE, async (bed) => {
  await bed.bake(60);
  return 0;
});
if (results.length + notRun.length === 0) {
  show(`unknown scenario ${only}; use one of kill, freeze, pollers, outages, neighbours, sick, alone`);
  process.exitCode = 2;
}
showTable(results);
for (const what of notRun) show(`NOT RUN: ${what}. Set TEST_POSTGRES_URL (test/support/postgres.sh start).`);
const bad = results.some((result) => "failed" in result || result.doubled + result.lost + result.foreign > 0);
const isFailed = results.some((result) => !("failed" in result) && result.failures > 0);
if (bad || isFailed || (notRun.length > 0 && process.env["REQUIRE_ALL_TESTS"])) process.exitCode = 1;
