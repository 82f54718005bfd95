// A process that runs the seeds that `seeds.ts` sends to it.
import type { SeedResult } from "./seeds.ts";
import { shorten } from "./shorten.ts";
import { Simulation } from "./simulation.ts";

const [steps, lines] = process.argv.slice(2).map(Number) as [number, number];

/** Runs one seed; a failing one is run again with fewer steps, so that its trace is short. */
async function runSeed(seed: number): Promise<SeedResult> {
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

process.on("message", (seed: number) => {
  void runSeed(seed).then((result) => process.send?.(result));
});
