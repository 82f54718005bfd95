// The property test: a random story leads to no forbidden call, and its work ends.

import { expect, it } from "vitest";
import fc from "../support/random.ts";
import { stories } from "./arbitraries.ts";
import { playStory, startStory } from "./running.ts";

const HOUR = 3_600_000;
/** A failure prints its seed and path, which go into the second argument of `fc.assert`. */
const TIMES = Number(process.env["PROPERTY_TIMES"] ?? 1);
const PATIENCE = 120_000 * TIMES;

it("any policies in any cloud lead to no forbidden call, and after a limited number of runs no work is left", {
  timeout: PATIENCE,
}, async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      const run = await playStory(story);
      // No later run finds any work.
      for (const hours of [0, 1, 25]) {
        run.pass(hours * HOUR);
        expect(run.leftIn(await run.sweep())).toEqual([]);
      }
    }),
    // Every run of the tests has the same stories, so that a failure comes from the changed code;
    // PROPERTY_TIMES runs others. A failure is reported even if shrinking it takes too long.
    {
      ...(TIMES === 1 && { seed: 2026 }),
      numRuns: 200 * TIMES,
      interruptAfterTimeLimit: 0.8 * PATIENCE,
      markInterruptAsFailure: true,
    },
  );
});

it("what another installation made is neither changed nor made again, and the work ends all the same", {
  timeout: PATIENCE,
}, async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      const run = startStory(story);
      await run.finishWork();
      run.replaceInstallation();
      for (const changes of story.changes) {
        await run.finishWork();
        run.apply(changes);
      }
      await run.finishWork();
    }),
    { ...(TIMES === 1 && { seed: 2027 }), numRuns: 60 * TIMES, interruptAfterTimeLimit: 0.8 * PATIENCE },
  );
});
