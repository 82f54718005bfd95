// Runs seeds of the simulation and stories of the property test with both planners; `main.ts` starts it.
import fc from "fast-check";
import { stories as randomStories } from "../property/arbitraries.ts";
import { playStory } from "../property/running.ts";
import { Simulation } from "../simulation/simulation.ts";
import { compared } from "./both.ts";

const [from = 1, seeds = 0, stories = 0, steps = 1000] = process.argv.slice(2).map(Number);

const print = (what: string) => {
  const { plans, withActions, actions } = compared;
  process.stdout.write(`${what}: ${plans} plans are equal, ${withActions} of them with ${actions} actions\n`);
};

// What a run or a story does wrong is the business of other tests: both planners do the same.
let failed = 0;
const told = fc.sample(randomStories, { numRuns: stories, seed: from });
for (const [at, story] of told.entries()) {
  try {
    await playStory(story);
  } catch (error) {
    failed += 1;
    process.stdout.write(`story ${at}: ${(error as Error).message}\n`);
  }
}
print(`${stories} stories, ${failed} of which failed`);
failed = 0;
for (let seed = from; seed < from + seeds; seed += 1) {
  const { violation } = await new Simulation(seed).run(steps);
  if (violation !== undefined) {
    failed += 1;
    process.stdout.write(`seed ${seed}: ${violation}\n`);
  }
}
print(`and ${seeds} seeds, ${failed} of which failed`);
