// The property test of the counts of a plan: what it announces is what `apply --wait` does.

import { expect, it } from "vitest";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { rehearse } from "../../lib/replicator/rehearsal/rehearse.ts";
import type { RunRequest } from "../../lib/replicator/run-requests.ts";
import { nextCheck } from "../../lib/report/summary.ts";
import { waitOrder } from "../../lib/report/wait-order.ts";
import { imagesChangedBy, linesOf } from "../support/changes-made.ts";
import fc from "../support/random.ts";
import { type Story, stories } from "./arbitraries.ts";
import { type StoryRun, startStory } from "./running.ts";

const MINUTE = 60_000;
const TIMES = Number(process.env["PROPERTY_TIMES"] ?? 1);
const PATIENCE = 120_000 * TIMES;
/** As in the real cloud, a copy takes longer than a new image may stay invisible. */
const COPY_MINUTES: [number, number] = [20, 40];
/** A failure prints its seed and path, which go into the second argument of `fc.assert`. */
const SEED = TIMES === 1 ? 2028 : Date.now() % 1e6;

/**
 * The same worlds without what nobody can know when the plan is made: a cloud that behaves otherwise
 * than documented, and ages that pass while copies are made.
 */
const certain = stories.map(
  (story): Story => ({
    ...story,
    switches: {},
    policies: story.policies.map(({ select, prune, ...policy }) => {
      const { minAge: _, maxAge: __, createdAfter: ___, ...rest } = select;
      const ages = { minAge: 0, ...(prune.deprecateAfter !== undefined && { deprecateAfter: 0 }) };
      return { ...policy, select: rest, prune: { ...prune, ...ages } };
    }),
  }),
);

/** Runs what `apply --wait` runs. */
async function applyAndWait(run: StoryRun): Promise<void> {
  const follow = waitOrder();
  const deleted = new Set<string>();
  let request: RunRequest = { trigger: "apply", scope: { kind: "sweep" }, confirmed: false, deleted };
  for (let runs = 0; runs < 500; runs += 1) {
    const report = await replicate(request, run.replicator());
    const next = follow(report);
    if (next === "end") return;
    const now = run.replicator().now();
    run.pass(Math.max(MINUTE, (nextCheck(report.copies, now) ?? now) - now));
    request = { trigger: "apply", scope: { kind: next }, confirmed: false, ...(next === "sweep" && { deleted }) };
  }
}

async function expectTrueCounts(run: StoryRun): Promise<void> {
  const request = { trigger: "plan", scope: { kind: "sweep" }, mode: "dry-run" } as const;
  const { observation } = await replicate(request, run.replicator());
  if (!observation) throw new Error("a dry run answers what it observed");
  const { whole: outlook } = await rehearse(observation, run.replicator());
  const before = run.world.requests.length;
  await applyAndWait(run);
  const requests = run.world.requests.slice(before);
  expect(outlook, linesOf(requests)).toEqual(imagesChangedBy(requests));
}

it("a plan counts the images that apply creates, changes and deletes", { timeout: PATIENCE }, async () => {
  console.log(`outlook: seed ${SEED}`);
  await fc.assert(
    fc.asyncProperty(certain, async (story) => {
      const run = startStory(story, COPY_MINUTES);
      await expectTrueCounts(run);
      for (const changes of story.changes) {
        run.apply(changes);
        await expectTrueCounts(run);
      }
    }),
    { seed: SEED, numRuns: 100 * TIMES, interruptAfterTimeLimit: 0.8 * PATIENCE, markInterruptAsFailure: true },
  );
});
