// Runs many seeds in several processes.
import { fork } from "node:child_process";
import type { FaultKind } from "./faults.ts";
import { shorten } from "./shorten.ts";
import { Simulation } from "./simulation.ts";

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
interface CallResult {
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly failure?: Failure;
}

/** Runs seeds in several processes. `show` is called after each seed. */
export async function runSeeds(order: SeedsOrder, show: (tally: Tally) => void = () => {}): Promise<Tally> {
  const faults = new Map<FaultKind, number>();
  const failures: Failure[] = [];
  let ran = 0;
  let next = order.from;
  const worker = () =>
    new Promise<void>((done, failed) => {
      const child = fork(new URL(import.meta.url), [String(order.steps), String(order.lines)], {
        execArgv: ["--import", "tsx"],
      });
      const give = () => {
        if (next >= order.from + order.seeds || failures.length >= order.failures) child.disconnect();
        else child.send(next++);
      };
      child.on("message", (result: CallResult) => {
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
  await Promise.all(Array.from({ length: Math.min(order.jobs, order.seeds) }, worker));
  return { ran, faults, failures };
}

/** Runs one seed; a failing one is run again with fewer steps, so that its trace is short. */
async function runSeed(seed: number, steps: number, lines: number): Promise<CallResult> {
  const first = await new Simulation(seed).run(steps);
  if (first.violation === undefined) return { faults: first.faults };
  let { violation, trace } = first;
  for (let fewer = Math.ceil(steps / 2); fewer > 10; fewer = Math.ceil(fewer / 2)) {
    const again = await new Simulation(seed).run(fewer);
    if (again.violation === undefined) break;
    ({ violation, trace } = { violation: again.violation, trace: again.trace });
  }
  return { faults: first.faults, failure: { seed, violation, trace: shorten(trace, violation, lines) } };
}

if (process.send) {
  const [steps, lines] = process.argv.slice(2).map(Number) as [number, number];
  process.on("message", (seed: number) => {
    void runSeed(seed, steps, lines).then((result) => process.send?.(result));
  });
}
