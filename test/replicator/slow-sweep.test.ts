// Sweeps that take longer than a reading may be old: their work is done in the same run, or the run says so.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deleteImage, makeImages } from "../../emulator/control/console.ts";
import { STALE } from "../../lib/model/time.ts";
import type { Millis } from "../../lib/model/types.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { requestForTimer } from "../../lib/replicator/run-requests.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { ACCOUNT } from "../support/builders.ts";
import { copiesOf, recordOf } from "../support/records.ts";
import { type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";
import { golden, READY, states } from "./reconcile-world.ts";

const SLOW = "ap-beijing";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld({ quota: 1000 });
});
afterEach(() => t.close());

/** A program for which the list of images of the slow region takes this long. */
function slowInstance(length: () => Millis): Instance {
  const instance = t.instance([golden]);
  const { cloud } = instance;
  instance.cloud = {
    ...cloud,
    async images(region, type) {
      const images = await cloud.images(region, type);
      if (region === SLOW) t.pass(length());
      return images;
    },
  };
  return instance;
}

describe("a sweep in which the 900 images of a region take 150 s", () => {
  it("requests every copy, and reads only what is stale again", async () => {
    makeImages(t.world, { region: SLOW, name: "other", sizeGiB: 20, count: 900 });
    t.bake();
    const instance = slowInstance(() => 150_000);
    await replicate(sweep, t.instance([golden])); // the first contact
    t.bake({ name: "golden-new" });
    const before = t.world.requests.length;
    const { run, problems } = await replicate(sweep, instance);
    expect(problems).toEqual([]);
    expect(run.stoppedEarly).toBe(false);
    expect(states(await copiesOf(t.state, ACCOUNT)).filter((line) => line.includes("copying"))).toHaveLength(6);
    const lists = t.world.requests.slice(before).filter(({ action, params, region }) => {
      return action === "DescribeImages" && region === SLOW && (params as { Offset?: number }).Offset === 0;
    });
    expect(lists).toHaveLength(1);
    t.pass(60 * 60_000);
    await replicate(poll, instance);
    expect(states(await copiesOf(t.state, ACCOUNT))).toEqual([...READY, ...READY].sort());
  });
});

describe("a sweep in which everything is stale each time it has been read", () => {
  it("ends, says that work is left, and does not count as a sweep", async () => {
    await replicate(sweep, t.instance([golden]));
    const record = await recordOf(t.state, ACCOUNT);
    t.bake();
    t.pass(60_000);
    const { run, problems, copies } = await replicate(
      sweep,
      slowInstance(() => 2 * STALE),
    );
    expect(problems).toMatchObject([{ code: "work-left" }]);
    expect(run.stoppedEarly).toBe(true);
    expect(exitCodeOf(summarise(copies, problems))).toBe(3);
    expect(await recordOf(t.state, ACCOUNT)).toMatchObject({
      lastSweepAt: record?.lastSweepAt,
      regions: record?.regions,
    });
  });
});

describe("a region that is still being read when the time of the run is over", () => {
  /** Sweeps a new image; the time is over while the slow region is still being read. */
  async function sweepTooLong(isInterrupted?: () => boolean) {
    await replicate(sweep, t.instance([golden]));
    t.bake();
    t.pass(60_000);
    let pauses = 0;
    const instance = t.instance([golden], {
      pause: () => new Promise((done) => setImmediate(done)).then(() => void (pauses += 1)),
      stopAt: () => (pauses > 5 ? 0 : Number.POSITIVE_INFINITY),
      ...(isInterrupted && { isInterrupted }),
    });
    const { cloud } = instance;
    instance.cloud = {
      ...cloud,
      images: (region, type) => (region === SLOW ? new Promise(() => {}) : cloud.images(region, type)),
    };
    return { instance, ...(await replicate(sweep, instance)) };
  }

  it("is no failure and no problem if a user has ended the run, which then has swept nothing", async () => {
    const { run, problems } = await sweepTooLong(() => true);
    expect(problems).toEqual([]);
    expect(run).toMatchObject({ stoppedEarly: true, problems: [] });
    const { regions, lastSweepAt } = (await recordOf(t.state, ACCOUNT)) ?? {};
    expect(regions?.[SLOW]?.failure).toBeUndefined();
    expect(lastSweepAt).toBeLessThan(run.startedAt);
    await replicate(sweep, t.instance([golden]));
    expect(states(await copiesOf(t.state, ACCOUNT))).toContain("ap-beijing waiting");
  });

  it("counts as unreadable; the others count as swept, and their copies are requested", async () => {
    const { instance, run, problems } = await sweepTooLong();
    expect(problems).toMatchObject([{ code: "unreadable-TimeLimit" }]);
    expect(run.stoppedEarly).toBe(false);
    // The source is busy with the other copies.
    const requested = ["ap-beijing waiting", "ap-shanghai copying", "ap-singapore copying"];
    expect(states(await copiesOf(t.state, ACCOUNT))).toEqual(requested);
    const { regions } = (await recordOf(t.state, ACCOUNT)) ?? {};
    expect(regions?.[SLOW]).toMatchObject({ failure: { count: 1 } });
    expect((await requestForTimer(instance, 600_000)).scope.kind).toBe("poll");
  });
});

describe("the copies that disappear", () => {
  it("count over the rounds of a run, which may see one region after the other", async () => {
    for (let n = 0; n < 4; n += 1) t.bake({ name: `golden-${n}` });
    await t.settle(t.instance([golden]));
    const copiesIn = (region: string) =>
      [...(t.world.images.get(region)?.values() ?? [])].filter(({ copiedFrom }) => copiedFrom);
    const lost = [...copiesIn("ap-shanghai").slice(0, 2), ...copiesIn(SLOW).slice(0, 2)];
    for (const image of lost) deleteImage(t.world, image, true);
    await replicate(sweep, t.instance([golden]));
    t.pass(10 * 60_000);
    // The slow region arrives only after a round without it.
    let answer = () => {};
    let isFirst = true;
    const instance = t.instance([golden], { pause: () => new Promise((done) => setImmediate(done)) });
    const { cloud } = instance;
    instance.cloud = {
      ...cloud,
      async images(region, type) {
        if (region === SLOW && isFirst) {
          isFirst = false;
          await new Promise<void>((done) => (answer = done));
        }
        return cloud.images(region, type);
      },
    };
    const { journal } = instance;
    instance.journal = {
      append: async (entries) => {
        await journal.append(entries);
        if (entries.some(({ event }) => event === "gone")) answer();
      },
    };
    const { problems } = await replicate(sweep, instance);
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(["mass-disappearance"]));
    const gone = (await t.state.entries(ACCOUNT, 1000)).filter(({ event }) => event === "gone");
    expect(gone.map(({ key }) => key?.region)).toEqual(["ap-shanghai", "ap-shanghai"]);
  });
});
