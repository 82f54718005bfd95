// The property test of selective reading: a poll and an event plan the same from some records as from all.
import { describe, expect, it } from "vitest";
import { deleteImage, makeImages } from "../../emulator/control/console.ts";
import type { Scope } from "../../lib/model/observation.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { Cloud, Replicator } from "../../lib/model/ports.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { HOME, REGIONS, type Story, stories } from "../property/arbitraries.ts";
import { type StoryRun, startStory } from "../property/running.ts";
import { ACCOUNT } from "../support/builders.ts";
import fc, { TIMES } from "../support/random.ts";
import { poll, sweep } from "../support/world.ts";
import { bothPlans } from "./both-plans.ts";
import { programIn, worlds } from "./selective-worlds.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The calls that change the cloud. */
const CHANGES = ["syncImage", "tag", "untag", "modify", "share", "unshare", "deleteImage"] as const;
/** The process was killed. */
class Died extends Error {}

/** The scopes of polls, with and without a region to read whole, and of events about some of the images. */
function scopesIn({ world }: StoryRun, dice: () => number): Scope[] {
  const images = [...world.images].flatMap(([region, all]) =>
    [...all.values()].map(({ imageId, createdAt }) => ({ region, imageId, createdAt })),
  );
  const chosen = images.filter(({ createdAt }, at) => world.now() - createdAt < HOUR || at % 24 === dice());
  const events = chosen
    .slice(0, 3)
    .map(({ region, imageId }): Scope => ({ kind: "images", images: [{ region, imageId }] }));
  const probe = REGIONS.slice(dice() % REGIONS.length).slice(0, 1);
  return [{ kind: "poll" }, { kind: "poll", probe }, ...events];
}

/** The program, which dies before its n-th call that changes the cloud, if it comes to that. */
function dyingAt(n: number, deps: Replicator): Replicator {
  let calls = 0;
  const { cloud } = deps;
  const mortal = (call: (typeof CHANGES)[number]) => {
    const real = cloud[call] as (...args: unknown[]) => Promise<unknown>;
    return [call, (...args: unknown[]) => (++calls >= n ? Promise.reject(new Died()) : real(...args))] as const;
  };
  return { ...deps, cloud: { ...cloud, ...(Object.fromEntries(CHANGES.map(mortal)) as Partial<Cloud>) } };
}

/** A story in which versions follow each other in one family, half of them under one name, so that copies meet. */
function crowded(story: Story): Story {
  const version = { family: "golden", region: HOME, owner: ACCOUNT, state: "NORMAL" } as const;
  const policies = story.policies.map((one): Policy => {
    const select = { newest: one.select.newest, type: "custom", name: ["golden-*"] } as Policy["select"];
    return { ...one, enabled: true, from: [HOME], select, copy: { ...one.copy, name: "{{name}}" } };
  });
  const images = story.images.map(({ name, hours, ...image }) => {
    return {
      ...image,
      ...version,
      hours,
      name: hours % 2 === 0 ? "golden-1" : name,
      isIgnored: false,
      deprecated: false,
    };
  });
  return { ...story, policies, images };
}

/** What a user does between two runs: deletes a copy, or makes another version of a source. */
function disturb({ world }: StoryRun, dice: () => number): void {
  const all = [...world.images.values()].flatMap((images) => [...images.values()]);
  const [kind, n] = [dice(), dice()];
  const copies = all.filter(({ copiedFrom, work }) => copiedFrom && !work);
  const roots = all.filter(({ copiedFrom, owner }) => !copiedFrom && owner !== "");
  const [copy, root] = [copies[n % copies.length], roots[n % roots.length]];
  if (kind === 0 && copy) deleteImage(world, copy, true);
  const again = root && { region: root.region, name: root.name, account: root.owner, silent: true };
  if (kind === 1 && again) makeImages(world, { ...again, ...(root.family !== undefined && { family: root.family }) });
}

/** Lives through a story, and compares the plans of small runs at many moments of it. */
async function live(story: Story, dice: () => number, compare: (scopes: Scope[], deps: Replicator) => Promise<void>) {
  // So long that copies are under way while policies and images change.
  const run = startStory(story, [10, 90]);
  const runOnce = async () => {
    const [kind, n] = [dice(), dice()];
    const program = run.replicator();
    await replicate(kind < 2 ? sweep : poll, kind % 2 === 0 ? program : dyingAt(n, program)).catch((error) => {
      if (!(error instanceof Died)) throw error;
    });
  };
  await run.sweep();
  for (const changes of [[], ...story.changes]) {
    run.apply(changes);
    for (let step = 0; step < 5; step += 1) {
      disturb(run, dice);
      await compare(scopesIn(run, dice), run.replicator());
      await runOnce();
      run.pass(Math.max(0, dice() - 1) * 4 * MINUTE);
    }
  }
}

/** Compares both plans, and counts. */
function comparison() {
  const count = { compared: 0, acting: 0 };
  const compare = async (scopes: readonly Scope[], deps: Replicator) => {
    for (const scope of scopes) {
      const { some, all } = await bothPlans(scope, deps);
      expect(some, JSON.stringify(scope)).toEqual(all);
      count.compared += 1;
      if (all.length > 0) count.acting += 1;
    }
  };
  return { count, compare };
}

/** Fifteen times what it takes: a busy machine must not fail it. */
const LIMITS = { interruptAfterTimeLimit: 200_000 * TIMES, markInterruptAsFailure: true };

describe("a poll or an event does the same with the records that it reads as with all", {
  timeout: 240_000 * TIMES,
}, () => {
  it("in accounts in which copies meet", async () => {
    const { count, compare } = comparison();
    const check = async (world: Parameters<typeof programIn>[0]) => {
      const { scope, deps } = await programIn(world);
      await compare([scope], deps);
    };
    await fc.assert(fc.asyncProperty(worlds, check), { numRuns: 2_000 * TIMES, ...LIMITS });
    // Else it would compare nothing with nothing.
    expect(count.acting).toBeGreaterThan(count.compared / 4);
  });

  it("at many moments of a story", async () => {
    const { count, compare } = comparison();
    const dice = fc.infiniteStream(fc.nat(5));
    const check = (story: Story, numbers: IterableIterator<number>) =>
      live(story, () => numbers.next().value as number, compare);
    const anyStory = fc.oneof(stories, stories.map(crowded));
    await fc.assert(fc.asyncProperty(anyStory, dice, check), { numRuns: 10 * TIMES, ...LIMITS });
    expect(count.acting).toBeGreaterThan(count.compared / 10);
  });
});
