// Benchmark: the time and memory of a run of the timer that finds nothing to do, beside very many finished copies.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { openState } from "../lib/adapters/state/open.ts";
import { type Empty, emptyFile, emptySchema, postgres, tellSkipped } from "../test/adapters/state/places.ts";
import { NOW } from "../test/support/builders.ts";
import { fillFile, fillSchema, idleProgram, runTimer, saveSwept } from "../test/support/idle-timer.ts";

/**
 * Fills a store with N finished copies, and runs the timer on it in a process of its own, with a
 * cloud that must not be called: the first run, the median of the others, and the peak of the
 * process's memory. PostgreSQL is measured if TEST_POSTGRES_URL is set (test/support/postgres.sh start).
 * Usage: `npm run bench:poll -- --sizes 4,100000,1000000`.
 */

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "4,100000" },
    repeats: { type: "string", default: "15" },
    /** Of the child process: the URL of the store. */
    measure: { type: "string" },
  },
});
const sizes = values.sizes.split(",").map(Number);
const repeats = Number(values.repeats);
if (![...sizes, repeats].every((number) => Number.isSafeInteger(number) && number > 0)) {
  throw new Error("--sizes is a list of whole numbers above 0, --repeats is one");
}

/** In milliseconds and megabytes. */
interface Measured {
  readonly first: number;
  readonly median: number;
  readonly memory: number;
}

/** Runs the timer once a second, as far as its clock tells. */
async function measure(url: string): Promise<Measured> {
  const state = await openState(url);
  const times: number[] = [];
  for (let repeat = 0; repeat <= repeats; repeat++) {
    const started = performance.now();
    await runTimer(idleProgram(state, NOW + 1_000 * (repeat + 1)));
    times.push(performance.now() - started);
  }
  await state.close();
  const [first = 0, ...others] = times;
  const median = others.sort((a, b) => a - b)[Math.floor(others.length / 2)] ?? 0;
  return { first, median, memory: process.resourceUsage().maxRSS / 1e3 };
}

/** Measures in a new process, so that the memory of filling the store does not count. */
function measureApart(url: string): Measured {
  const args = ["--import", "tsx", import.meta.filename, "--measure", url, "--repeats", String(repeats)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`the measurement failed: ${stderr}`);
  return JSON.parse(stdout) as Measured;
}

type Fill = (place: Empty, count: number) => Promise<void>;

async function beside(copies: number, makePlace: () => Promise<Empty>, fill: Fill): Promise<Measured> {
  const place = await makePlace();
  try {
    const state = await openState(place.url);
    await fill(place, copies);
    await saveSwept(state);
    await state.close();
    return measureApart(place.url);
  } finally {
    await place.remove();
  }
}

const print = (cells: readonly (string | number)[]) =>
  process.stdout.write(`${cells.map((cell, at) => String(cell).padStart(at === 0 ? 11 : 13)).join("")}\n`);

async function printTable(): Promise<void> {
  tellSkipped("the benchmark");
  print(["engine", "copies", "first run ms", "idle run ms", "peak MB"]);
  const engines: [string, () => Promise<Empty>, Fill][] = [["SQLite", emptyFile, fillFile]];
  if (postgres) engines.push(["PostgreSQL", emptySchema, fillSchema]);
  for (const [engine, makePlace, fill] of engines) {
    for (const size of sizes) {
      const { first, median, memory } = await beside(size, makePlace, fill);
      print([engine, size, first.toFixed(1), median.toFixed(2), Math.round(memory)]);
    }
  }
}

if (values.measure === undefined) await printTable();
else process.stdout.write(JSON.stringify(await measure(values.measure)));
