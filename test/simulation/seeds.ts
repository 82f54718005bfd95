// Runs many seeds in several processes.
import { fork } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { FaultKind } from "./faults.ts";

const TOP = join(import.meta.dirname, "../..");

export interface SeedsOrder {
  readonly from: number;
  readonly seeds: number;
  /** Steps of each seed before the faults stop. */
  readonly steps: number;
  /** The number of processes that share the work. */
  readonly jobs: number;
  /** No further seed is started after this number of failures. */
  readonly failures: number;
  /** The largest number of lines of a failure's trace. */
  readonly lines: number;
}

/** One seed that failed. */
export interface Failure {
  readonly seed: number;
  readonly violation: string;
  readonly trace: readonly string[];
}

/** The outcome of many seeds. */
export interface Tally {
  readonly ran: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly failures: readonly Failure[];
}

/** The report of a worker about one seed. */
export interface SeedResult {
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly failure?: Failure;
}

/** Runs seeds in several processes. `show` is called after each seed. */
export async function runSeeds(order: SeedsOrder, show: (tally: Tally) => void = () => {}): Promise<Tally> {
  const faults = new Map<FaultKind, number>();
  const failures: Failure[] = [];
  let ran = 0;
  let next = order.from;
  const folder = mkdtempSync(join(tmpdir(), "cvm-replicator-seeds-"));
  const file = await bundleWorker(folder);
  const worker = () =>
    new Promise<void>((done, failed) => {
      const child = fork(file, [String(order.steps), String(order.lines)], { execArgv: [] });
      const give = () => {
        if (next >= order.from + order.seeds || failures.length >= order.failures) child.disconnect();
        else child.send(next++);
      };
      child.on("message", (result: SeedResult) => {
        ran += 1;
        for (const [kind, count] of Object.entries(result.faults) as [FaultKind, number][])
          faults.set(kind, (faults.get(kind) ?? 0) + count);
        if (result.failure) failures.push(result.failure);
        show({ ran, faults, failures });
        give();
      });
      child.on("exit", (code) => (code === 0 ? done() : failed(new Error(`a worker ended with ${code}`))));
      give();
    });
  try {
    await Promise.all(Array.from({ length: Math.min(order.jobs, order.seeds) }, worker));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { ran, faults, failures };
}

/** Bundles the worker: it runs faster than with tsx, which wraps every function to keep its name. */
async function bundleWorker(folder: string): Promise<string> {
  symlinkSync(join(TOP, "node_modules"), join(folder, "node_modules"));
  const outfile = join(folder, "worker.mjs");
  await build({
    absWorkingDir: TOP,
    entryPoints: ["test/simulation/worker.ts"],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
  });
  return outfile;
}
