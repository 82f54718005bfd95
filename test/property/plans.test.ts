// The property test: no forbidden call, an end, and no work left after it.
import fc from "fast-check";
import { expect, it } from "vitest";
import { stories } from "./arbitraries.ts";
import { tell } from "./running.ts";

const HOUR = 3_600_000;
/** A failure prints its seed and path, which go into the second argument of `fc.assert`. */
const TIMES = Number(process.env["PROPERTY_TIMES"] ?? 1);
const PATIENCE = 120_000 * TIMES;

it("whatever the policies and the cloud are like: nothing forbidden is done, it ends, and then nothing is left to do", {
  timeout: PATIENCE,
}, async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      const telling = tell(story);
      await telling.rest();
      for (const changes of story.changes) {
        telling.happen(changes);
        await telling.rest();
      }
      // What waits for an hour that comes by itself, or is tried once a day; and once it has come there is nothing at any later one.
      for (const hours of [3, 3, 25]) {
        telling.pass(hours * HOUR);
        await telling.rest();
      }
      for (const hours of [0, 1, 25]) {
        telling.pass(hours * HOUR);
        expect(telling.leftIn(await telling.sweep())).toEqual([]);
      }
    }),
    // The same stories for every run of the tests, so that a failure is of the change; others with PROPERTY_TIMES. What is found
    // is told also where making it smaller takes too long.
    {
      ...(TIMES === 1 && { seed: 2026 }),
      numRuns: 200 * TIMES,
      interruptAfterTimeLimit: 0.8 * PATIENCE,
      markInterruptAsFailure: true,
    },
  );
});
