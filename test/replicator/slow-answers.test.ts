// Regions that answer questions slowly: only what needs these answers waits for them, and not for ever.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ANSWER_LIMIT } from "../../lib/model/time.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { ACCOUNT } from "../support/builders.ts";
import { policyOf } from "../support/plan-policy.ts";
import { copiesOf } from "../support/records.ts";
import { type Instance, sweep, type TestWorld, testWorld } from "../support/world.ts";
import { MINUTE } from "./reconcile-world.ts";

const SLOW = "ap-beijing";
const QUICK = "ap-shanghai";
const GUEST = "100000000002";
const shared = policyOf({
  name: "shared",
  to: [SLOW],
  select: { type: "custom", name: ["golden-*"] },
  copy: { shareWith: [GUEST] },
});
const web = policyOf({ name: "web", to: [QUICK], select: { type: "custom", name: ["web-*"] } });
const NO_PAUSE = { pause: () => new Promise<void>((done) => setImmediate(done)) };

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld({ quota: 1000 });
});
afterEach(() => t.close());

/** The slow region holds this many finished copies, and a new source waits for the quick one. */
async function slowWith(count: number, more: Parameters<TestWorld["instance"]>[1] = {}): Promise<Instance> {
  for (let n = 1; n <= count; n += 1) t.bake({ name: `golden-${n}` });
  await t.settle(t.instance([shared, web]), 80);
  t.bake({ name: "web-1" });
  t.pass(MINUTE);
  return t.instance([shared, web], more);
}

/** Puts a reading of the slow region in place of the cloud's. */
function readShares(instance: Instance, read: (answer: () => Promise<string[]>) => Promise<string[]>): void {
  const { cloud } = instance;
  instance.cloud = {
    ...cloud,
    sharedWith: (image) => (image.region === SLOW ? read(() => cloud.sharedWith(image)) : cloud.sharedWith(image)),
  };
}

const quickCopy = async () => (await copiesOf(t.state, ACCOUNT)).find(({ key }) => key.region === QUICK)?.phase;
const guests = () => [...(t.world.images.get(SLOW)?.values() ?? [])].filter(({ shares }) => shares.has(GUEST)).length;

describe("a region that says slowly with whom its images are shared", () => {
  it("holds up no other region; its own copies are repaired in the same run, once it has answered", async () => {
    const instance = await slowWith(3, NO_PAUSE);
    for (const image of t.world.images.get(SLOW)?.values() ?? []) image.shares.clear();
    let answer = () => {};
    const answers = new Promise<void>((done) => (answer = done));
    const seen: (string | undefined)[] = [];
    readShares(instance, async (read) => {
      await answers;
      return read();
    });
    const { journal } = instance;
    instance.journal = {
      async append(entries) {
        await journal.append(entries);
        if (!entries.some(({ event }) => event === "sent")) return;
        seen.push(await quickCopy());
        answer();
      },
    };
    const { problems } = await replicate(sweep, instance);
    expect(seen).toEqual(["copying"]);
    expect(problems).toEqual([]);
    expect(guests()).toBe(3);
  });

  it("is asked for so long only, is reported, and what it has answered counts", async () => {
    const instance = await slowWith(30);
    for (const image of t.world.images.get(SLOW)?.values() ?? []) image.shares.clear();
    readShares(instance, async (read) => {
      t.pass(5_000);
      return read();
    });
    const { problems, copies } = await replicate(sweep, instance);
    expect(await quickCopy()).toBe("copying");
    expect(problems).toMatchObject([{ code: "unanswered-TimeLimit" }]);
    expect(exitCodeOf(summarise(copies, problems))).toBe(3);
    expect(guests()).toBeGreaterThan(5);
    expect(guests()).toBeLessThanOrEqual(ANSWER_LIMIT / 5_000 + 1);
  });

  it("is given up when the time of the run is over", async () => {
    let pauses = 0;
    const instance = await slowWith(1, {
      pause: () => new Promise((done) => setImmediate(done)).then(() => void (pauses += 1)),
      stopAt: () => (pauses > 5 ? 0 : Number.POSITIVE_INFINITY),
    });
    readShares(instance, () => new Promise(() => {}));
    const { problems } = await replicate(sweep, instance);
    expect(problems).toMatchObject([{ code: "unanswered-TimeLimit" }]);
    expect(await quickCopy()).toBe("copying");
  });
});

describe("a region that does not say for long what uses its images", () => {
  it("is not asked again in the same run, so that the others go on", async () => {
    const pruned = policyOf({
      ...{ name: "shared", to: [SLOW], prune: { delete: true, minAge: MINUTE, last: true } },
      select: { type: "custom", name: ["golden-*"], newest: 1 },
    });
    t.bake({ name: "golden-1" });
    const first = t.instance([pruned, web]);
    await t.settle(first);
    t.pass(60 * MINUTE);
    t.bake({ name: "golden-2" });
    await t.settle(first);
    t.pass(60 * MINUTE);
    t.bake({ name: "web-1" });
    const instance = t.instance([pruned, web]);
    const { cloud } = instance;
    let asked = 0;
    instance.cloud = {
      ...cloud,
      async uses(region, ...rest) {
        if (region === SLOW) {
          asked += 1;
          await NO_PAUSE.pause(); // the others have answered
          t.pass(130_000);
        }
        return cloud.uses(region, ...rest);
      },
    };
    const { problems } = await replicate(sweep, instance);
    expect(asked).toBe(1);
    expect(await quickCopy()).toBe("copying");
    expect(problems).toMatchObject([{ code: "unanswered-TimeLimit" }]);
    expect(t.copies().filter((line) => line.includes(SLOW))).toHaveLength(2);
  });
});

describe("a region that does not say yet how many images it may hold", () => {
  it("is sent no copy until it does", async () => {
    const instance = await slowWith(1, NO_PAUSE);
    const { cloud } = instance;
    let answer = () => {};
    const answers = new Promise<void>((done) => (answer = done));
    instance.cloud = {
      ...cloud,
      async quota(region) {
        if (region === QUICK) await answers;
        return cloud.quota(region);
      },
    };
    const run = replicate(sweep, instance);
    for (let n = 0; n < 50; n += 1) await NO_PAUSE.pause();
    expect(await quickCopy()).not.toBe("copying");
    answer();
    await run;
    expect(await quickCopy()).toBe("copying");
  });
});
