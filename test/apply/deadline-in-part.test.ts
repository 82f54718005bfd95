// A run that ends, or comes near its deadline, while calls are made that were claimed or announced together.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SYNC_TIMEOUT } from "../../lib/model/time.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT, policy } from "../support/builders.ts";
import { copiesOf } from "../support/records.ts";
import { type Instance, sweep, type TestWorld, testWorld } from "../support/world.ts";

let t: TestWorld;
let instance: Instance;
let stopAt: number;
beforeEach(async () => {
  t = await testWorld();
  stopAt = Number.POSITIVE_INFINITY;
  for (const name of ["a", "b", "c", "d"]) t.bake({ name: `golden-${name}` });
  instance = t.instance([policy({ to: ["ap-shanghai"] })], { concurrency: 1, stopAt: () => stopAt });
});
afterEach(() => t.close());

/** Does something at each call of a kind. */
function atEach(method: "syncImage" | "tag", what: (call: number) => void): void {
  const { cloud } = instance;
  let calls = 0;
  const call = async (...args: unknown[]) => {
    calls += 1;
    what(calls);
    return await (cloud[method] as (...all: unknown[]) => Promise<unknown>)(...args);
  };
  instance.cloud = { ...cloud, [method]: call };
}

const phases = async () => (await copiesOf(t.state, ACCOUNT)).map(({ phase }) => phase).sort();
const tagged = () => t.world.requests.filter(({ action }) => action === "TagResources").length;

describe("requests that are claimed together", () => {
  it("are not sent after a user has ended the run; their claims are released", async () => {
    atEach("syncImage", (call) => {
      if (call === 1) stopAt = 0;
    });
    const { run } = await replicate(sweep, instance);
    expect(t.syncs()).toBe(1);
    expect(run).toMatchObject({ stoppedEarly: true, failures: 3 });
    expect(await phases()).toEqual(["copying", "waiting", "waiting", "waiting"]);

    stopAt = Number.POSITIVE_INFINITY;
    expect((await t.settle(instance)).copies).toHaveLength(4);
    expect(t.syncs()).toBe(4);
  });

  it("are not begun if there is no time left for an answer", async () => {
    stopAt = instance.now() + 2 * SYNC_TIMEOUT;
    const startedAt: number[] = [];
    atEach("syncImage", () => {
      startedAt.push(instance.now());
      t.pass(SYNC_TIMEOUT / 2);
    });
    await replicate(sweep, instance);
    expect(startedAt).toHaveLength(2);
    expect(Math.max(...startedAt) + SYNC_TIMEOUT).toBeLessThanOrEqual(stopAt);
  });
});

describe("calls on images that are announced together", () => {
  it("are not made after a user has ended the run; the next run makes them", async () => {
    atEach("tag", (call) => {
      if (call === 1) stopAt = 0;
    });
    expect((await replicate(sweep, instance)).run.stoppedEarly).toBe(true);
    expect(tagged()).toBe(1);

    stopAt = Number.POSITIVE_INFINITY;
    const { copies } = await t.settle(instance);
    expect(copies.map(({ phase }) => phase)).toEqual(Array(4).fill("ready"));
  });
});
