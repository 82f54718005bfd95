// Very many events: limits of one batch, and repeated deliveries of the same event.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseEvent } from "../../lib/event/parse-event.ts";
import { ACCOUNT, policy } from "../support/builders.ts";
import { type TestWorld, testWorld } from "../support/world.ts";
import { createdEvent, floodOf } from "./flooding.ts";

describe("a batch of 100,000 records", () => {
  const batch = (number: number, idOf: (index: number) => string) =>
    Array.from({ length: number }, (_, index) => createdEvent(idOf(index)));

  it("about one image names the image once, and reports that the rest was not read", () => {
    const { hints, ignored } = parseEvent(batch(100_000, () => "img-8toqc6s3"));
    expect(hints).toMatchObject([{ region: "ap-guangzhou", imageId: "img-8toqc6s3" }]);
    expect(ignored.map(({ text }) => text)).toEqual([
      "the event has more than 20000 parts; the others are left to the next sweep",
    ]);
  });

  it("takes linear time", () => {
    const cost = (events: unknown[]) => {
      const started = performance.now();
      parseEvent(events);
      return performance.now() - started;
    };
    const few = batch(2_000, () => "img-8toqc6s3");
    const many = batch(8_000, () => "img-8toqc6s3");
    cost(few);
    const best = (events: unknown[]) => Math.min(cost(events), cost(events), cost(events));
    // Linear time is four times as long, plus noise. Quadratic time would be sixteen times as long.
    expect(best(many) / best(few)).toBeLessThan(10);
  });

  it("gives at most 1000 hints and 101 reasons", () => {
    const ids = batch(5_000, (index) => `img-${String(index).padStart(8, "0")}`);
    const unknown = Array.from({ length: 5_000 }, (_, index) => ({ [`key${index}`]: 1 }));
    const { hints, ignored } = parseEvent([...ids, ...unknown]);
    expect(hints).toHaveLength(1000);
    expect(ignored).toHaveLength(101);
  });
});

describe("an event that is delivered repeatedly", () => {
  let world: TestWorld;
  beforeEach(async () => {
    world = await testWorld();
  });
  afterEach(() => world.close());

  it("makes each copy once, needs fewer calls for ready copies, and then adds nothing to the state", {
    timeout: 60_000,
  }, async () => {
    const flood = floodOf(world);
    const [image] = world.bake();
    const event = createdEvent(image?.imageId ?? "");
    // A copy takes 10 to 30 minutes.
    for (let n = 0; n < 500; n++) {
      await flood.deliver(event);
      world.pass(6_000);
    }
    expect(world.copies()).toEqual([
      `${image?.imageId} → ap-beijing: golden-web`,
      `${image?.imageId} → ap-shanghai: golden-web`,
    ]);
    const before = await flood.rows(ACCOUNT);
    const first = await flood.deliver(event);
    expect(first.report.copies.map(({ phase }) => phase)).toEqual(["ready", "ready"]);
    expect(first.calls).toEqual(["GetCallerIdentity ap-guangzhou", "DescribeImages ap-guangzhou"]);

    for (let n = 0; n < 500; n++) {
      world.pass(6_000);
      expect((await flood.deliver(event)).calls).toEqual(first.calls);
    }
    expect(flood.syncs()).toBe(1);
    expect(await flood.rows(ACCOUNT)).toEqual(before);
    expect(before).toMatchObject({ copies: 2, awaited: 0 });
    // One record for each step of each copy, also for its progress, but not one for each event.
    expect(before.runs).toBeLessThan(300);
    expect(before.journal).toBeLessThan(300);
  });

  it("makes each copy once if it is delivered fifty times at once", async () => {
    const flood = floodOf(world);
    const [image] = world.bake();
    const event = createdEvent(image?.imageId ?? "");
    await Promise.all(Array.from({ length: 50 }, () => flood.deliver(event)));
    for (let n = 0; n < 40; n++) {
      world.pass(60_000);
      await flood.deliver(event);
    }
    expect(world.copies()).toHaveLength(2);
    expect(new Set(world.copies()).size).toBe(2);
    expect((await flood.deliver(event)).report.copies.map(({ phase }) => phase)).toEqual(["ready", "ready"]);
  });

  it("leads to a reading of a region that was added to the policy, and of no finished region", async () => {
    const [image] = world.bake();
    const event = createdEvent(image?.imageId ?? "");
    const before = floodOf(world);
    for (let n = 0; n < 40; n++) {
      await before.deliver(event);
      world.pass(60_000);
    }
    const after = floodOf(world, [policy({ to: ["ap-shanghai", "ap-beijing", "ap-chengdu"] })]);
    const { calls } = await after.deliver(event);
    expect(calls).toContain("DescribeImages ap-chengdu");
    expect(calls.filter((call) => /Describe.*(shanghai|beijing)/.test(call))).toEqual([]);
    expect([before.syncs(), after.syncs()]).toEqual([1, 1]);
  });
});

describe("events about images that are not visible", () => {
  it("make at most 1000 images awaited, however many they name", async () => {
    const world = await testWorld();
    try {
      const flood = floodOf(world);
      for (let batch = 0; batch < 4; batch++) {
        const imageIds = Array.from({ length: 700 }, (_, n) => `img-${batch}${String(n).padStart(7, "0")}`);
        await flood.deliver({ region: "ap-guangzhou", imageIds });
      }
      expect(await flood.rows(ACCOUNT)).toMatchObject({ copies: 0, awaited: 1000, runs: 1 });
    } finally {
      await world.close();
    }
  });
});
