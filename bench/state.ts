// Benchmark: what an idle poll and a save cost beside very many finished copies, on both databases.
import { parseArgs } from "node:util";
import Database from "libsql";
import { openState } from "../lib/adapters/state/open.ts";
import type { State } from "../lib/model/ports.ts";
import type { Copy, CopyIn } from "../lib/model/types.ts";
import { emptyFile, emptySchema, postgres, query, tellSkipped } from "../test/adapters/state/places.ts";
import { A, base, entry, everyArm } from "../test/adapters/state/samples.ts";
import { fillSql } from "../test/adapters/state/sql/fill.ts";

/**
 * Fills a store with N finished copies, and measures the median time of a read of what is due
 * (nothing is), and of saves of 1 and of 300 copies with their journal lines. The ratio is to the
 * first size. PostgreSQL is measured if TEST_POSTGRES_URL is set (test/support/postgres.sh start).
 * Usage: `npm run bench:state -- --sizes 4,100000,1000000`.
 */

const { values } = parseArgs({
  options: { sizes: { type: "string", default: "4,100000" }, repeats: { type: "string", default: "15" } },
});
const sizes = values.sizes.split(",").map(Number);
const repeats = Number(values.repeats);
if (![...sizes, repeats].every((number) => Number.isSafeInteger(number) && number > 0)) {
  throw new Error("--sizes is a list of whole numbers above 0, --repeats is one");
}

const ready = everyArm.find((copy) => copy.phase === "ready") as CopyIn<"ready">;

/** The median time of several calls, in ms. */
async function medianOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(repeats / 2)] ?? 0;
}

/** Saves these copies again and again, each time at the version that was saved last. */
function saver(state: State, copies: readonly Copy[]): () => Promise<void> {
  let known = copies;
  return async () => {
    const changes = known.map((copy) => ({ copy, entries: [entry(base.updatedAt, "saved", { key: copy.key })] }));
    const saved = await state.save(A, { copies: changes });
    known = saved.copies.map((copy) => {
      if (!copy) throw new Error("a copy was not saved");
      return copy;
    });
  };
}

async function measure(url: string): Promise<{ read: number; saveOne: number; save300: number }> {
  const state = await openState(url);
  try {
    const due = () => state.read(A, { dueBy: base.updatedAt });
    const finished = Array.from({ length: 301 }, (_, n) => {
      const { missingSince: _confirming, ...settled } = ready;
      return { ...settled, key: { ...base.key, rootId: `img-measured-${n}` } };
    });
    const { copies } = await state.save(A, { copies: finished.map((copy) => ({ copy })) });
    const created = copies.filter((copy) => copy !== undefined);
    const read = await medianOf(due);
    const saveOne = await medianOf(saver(state, created.slice(0, 1)));
    const save300 = await medianOf(saver(state, created.slice(1)));
    return { read, saveOne, save300 };
  } finally {
    await state.close();
  }
}

async function sqlite(copies: number) {
  const { url, remove } = await emptyFile();
  try {
    await (await openState(url)).close();
    const database = new Database(url.slice("sqlite:".length));
    for (const sql of fillSql("sqlite", A, copies)) database.exec(sql);
    database.close();
    return await measure(url);
  } finally {
    await remove();
  }
}

async function server(copies: number) {
  const { url, remove } = await emptySchema();
  try {
    await (await openState(url)).close();
    const schema = new URL(url).searchParams.get("schema") ?? "";
    for (const sql of fillSql("postgres", A, copies)) await query(sql, schema);
    await query("analyze replicator_copies", schema);
    return await measure(url);
  } finally {
    await remove();
  }
}

const print = (cells: readonly (string | number)[]) =>
  process.stdout.write(`${cells.map((cell, at) => String(cell).padStart(at === 0 ? 11 : 13)).join("")}\n`);

tellSkipped("the benchmark");
print(["engine", "copies", "read due ms", "ratio", "save 1 ms", "ratio", "save 300 ms", "ratio", "RSS MB"]);
for (const [engine, run] of Object.entries({ SQLite: sqlite, ...(postgres && { PostgreSQL: server }) })) {
  // Not counted: the program itself is slower at first.
  await run(4);
  let first: Awaited<ReturnType<typeof run>> | undefined;
  for (const size of sizes) {
    const found = await run(size);
    first ??= found;
    const smallest = first;
    const times = (["read", "saveOne", "save300"] as const).flatMap((name) => [
      found[name].toFixed(2),
      (found[name] / smallest[name]).toFixed(1),
    ]);
    print([engine, size, ...times, Math.round(process.memoryUsage().rss / 1e6)]);
  }
}
