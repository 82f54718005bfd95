// Claims, counters and kills with several real processes on one state.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { openState } from "../../../lib/adapters/state/open.ts";
import { copiesOf, recordOf } from "../../support/records.ts";
import { counted, totalsOf } from "./calls.ts";
import { type Empty, emptyFile, emptyFolder, emptySchema, postgres, tellSkipped } from "./places.ts";
import { A } from "./samples.ts";

const built = emptyFolder();
const program = join(built.folder, "worker.cjs");
// Built like the functions: one file, with only the native library outside.
buildSync({
  entryPoints: [fileURLToPath(new URL("./worker.ts", import.meta.url))],
  outfile: program,
  bundle: true,
  platform: "node",
  target: "node18",
  format: "cjs",
  external: ["libsql", "pg-native"],
});
afterAll(built.remove);

interface Worker {
  readonly process: ChildProcessWithoutNullStreams;
  readonly lines: string[];
  readonly errors: string[];
  readonly ended: Promise<unknown>;
}

const running = new Set<Worker>();

/** Starts `of` processes and lets them continue when all are ready. */
async function start(mode: string, url: string, of: number, count = 0): Promise<Worker[]> {
  const workers = Array.from({ length: of }, (_, number) => {
    const child = spawn(process.execPath, [program, mode, url, `${number}`, `${of}`, `${count}`], { stdio: "pipe" });
    const worker: Worker = { process: child, lines: [], errors: [], ended: once(child, "close") };
    let rest = "";
    child.stdout.on("data", (data: Buffer) => {
      const parts = (rest + data.toString()).split("\n");
      rest = parts.pop()!;
      worker.lines.push(...parts);
    });
    child.stderr.on("data", (data: Buffer) => worker.errors.push(data.toString()));
    child.stdin.on("error", () => {});
    running.add(worker);
    return worker;
  });
  await until(() => workers.every((worker) => worker.lines[0] === "ready" || worker.process.exitCode !== null));
  for (const worker of workers) worker.process.stdin.write("go\n");
  return workers;
}

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 15_000; !holds(); ) {
    if (Date.now() > deadline) throw new Error("the condition did not hold within 15 s");
    await new Promise((done) => setTimeout(done, 5));
  }
}

async function finish(workers: readonly Worker[]): Promise<string[][]> {
  await Promise.all(workers.map((worker) => worker.ended));
  expect(workers.flatMap((worker) => worker.errors)).toEqual([]);
  expect(workers.map((worker) => worker.process.exitCode)).toEqual(workers.map(() => 0));
  return workers.map((worker) => worker.lines.slice(1));
}

function processes(name: string, makeEmpty: () => Promise<Empty>): void {
  describe(name, () => {
    let empty: Empty;
    beforeEach(async () => {
      empty = await makeEmpty();
    });
    afterEach(async () => {
      for (const { process: child } of running) child.kill("SIGKILL");
      await Promise.all([...running].map((worker) => worker.ended));
      running.clear();
      await empty.remove();
    });

    it("gives each claim to one of four processes", async () => {
      const keys = 120;
      const won = await finish(await start("claim", empty.url, 4, keys));
      expect(won.flat().sort()).toEqual(Array.from({ length: keys }, (_, index) => `img-${index}`).sort());
      expect(won.filter((lines) => lines.length > 0).length).toBeGreaterThan(1);
      const state = await openState(empty.url);
      const owners = new Map((await copiesOf(state, A)).map((copy) => [copy.key.rootId, copy.policy]));
      await state.close();
      for (const [number, lines] of won.entries()) {
        for (const rootId of lines) expect(owners.get(rootId)).toBe(`process ${number}`);
      }
    });

    it("saves each copy of overlapping batches of four processes once, with its line and in the totals", async () => {
      const won = await finish(await start("batches", empty.url, 4, 12));
      expect(won.filter((lines) => lines.length > 0).length).toBeGreaterThan(1);
      const state = await openState(empty.url);
      const found = await state.read(A, { all: true });
      const texts = (await state.entries(A, 100_000)).map(({ text }) => `${text}`);
      await state.close();
      expect(texts.sort()).toEqual(won.flat().sort());
      expect(totalsOf(found)).toEqual(counted(found.copies));
    });

    it("loses no change if four processes replace one record", async () => {
      const won = await finish(await start("count", empty.url, 4, 25));
      expect(won.flat()).toHaveLength(100);
      const state = await openState(empty.url);
      expect(await recordOf(state, A)).toMatchObject({ account: A, firstSeenAt: 100 });
      await state.close();
    });

    it("holds every acknowledged record after the processes are killed", async () => {
      const workers = await start("forever", empty.url, 2);
      await until(() => workers.every((worker) => worker.lines.length > 40));
      for (const worker of workers) worker.process.kill("SIGKILL");
      await Promise.all(workers.map((worker) => worker.ended));
      expect(workers.map((worker) => worker.process.signalCode)).toEqual(["SIGKILL", "SIGKILL"]);
      const acknowledged = workers.flatMap((worker) => worker.lines.slice(1));
      const state = await openState(empty.url);
      const found = new Set((await copiesOf(state, A)).map((copy) => copy.key.rootId));
      await state.close();
      expect(acknowledged.length).toBeGreaterThan(80);
      expect(acknowledged.filter((rootId) => !found.has(rootId))).toEqual([]);
      // Each process had at most one save that was not acknowledged yet.
      expect(found.size - acknowledged.length).toBeLessThanOrEqual(2);
    });

    it("is created once if eight processes open it at the same time", async () => {
      await finish(await start("open", empty.url, 8));
      const state = await openState(empty.url);
      const texts = (await state.entries(A, 20)).map((entry) => entry.text).sort();
      await state.close();
      expect(texts).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
    });
  });
}

describe("the state among processes", () => {
  it("tells the user to install libsql or use a server if libsql is not installed", async () => {
    const { url, remove } = await emptyFile();
    const [worker] = await start("claim", url, 1);
    await worker!.ended;
    await remove();
    expect(worker!.process.exitCode).toBe(1);
    expect(worker!.errors.join("")).toContain("needs the package libsql");
    expect(worker!.errors.join("")).toContain("for functions use a server: set STATE_URL=postgres://");
  });

  describe("with libsql installed", () => {
    beforeEach(() => {
      try {
        symlinkSync(resolve("node_modules"), join(built.folder, "node_modules"));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    });
    processes("in SQLite", emptyFile);

    it("waits if processes open a new file together, although SQLite refuses some of them at once", async () => {
      const { url, remove } = await emptyFile();
      try {
        await finish(await start("many", url, 4, 60));
      } finally {
        await remove();
      }
    });
  });

  tellSkipped("the races and kills of several processes");
  describe.skipIf(!postgres)("with a server", () => {
    processes("in PostgreSQL", emptySchema);
  });
});
