// How often the state is read and saved for a copy from its event to ready: on a database each is one query.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { requestForImages, requestForTimer } from "../../lib/replicator/run-requests.ts";
import { ACCOUNT, policy } from "../support/builders.ts";
import { memoryState } from "../support/memory-state.ts";
import { copiesOf } from "../support/records.ts";
import { type Watched, watched } from "../support/watched-state.ts";
import { type Instance, sweep, type TestWorld, testWorld } from "../support/world.ts";

const MINUTE = 60_000;
const TEN = [
  ...["ap-shanghai", "ap-beijing", "ap-nanjing", "ap-chengdu", "ap-chongqing"],
  ...["ap-hongkong", "ap-singapore", "ap-tokyo", "ap-seoul", "ap-bangkok"],
];

let t: TestWorld;
let watch: Watched;
beforeEach(async () => {
  t = await testWorld({ copyMinutes: [12, 12], quota: 1000 });
  watch = watched(memoryState());
});
afterEach(() => t.close());

function program(to: readonly string[]): Instance {
  const options = { state: watch.state, sweepEvery: 600 * MINUTE, concurrency: 10 };
  return t.instance([policy({ to: [...to], crossBorder: "approved" })], options);
}

/** How many queries an event takes, each of the polls after it, and the last one, which finishes the copies. */
async function life(to: readonly string[]) {
  const instance = program(to);
  await replicate(sweep, instance);
  await replicate(await requestForTimer(instance, instance.sweepEvery), instance);
  const images = t.bake().map(({ region, imageId }) => ({ region, imageId }));
  watch.forget();
  await replicate(requestForImages(images, instance.policies), instance);
  const event = watch.queries();
  const polls: number[] = [];
  // Progress is saved with the run, which is saved in any case.
  const own = () => watch.saves.filter(({ copies = [], run }) => copies.length > 0 && !run).length;
  let ownSaves = own();
  const isFinished = async () => (await copiesOf(watch.state, ACCOUNT)).every(({ phase }) => phase === "ready");
  while (!(await isFinished()) && polls.length < 40) {
    t.pass(MINUTE);
    watch.forget();
    await replicate(await requestForTimer(instance, instance.sweepEvery), instance);
    polls.push(watch.queries());
    ownSaves += own();
  }
  expect(await copiesOf(watch.state, ACCOUNT)).toHaveLength(to.length);
  return { event, between: polls.slice(0, -1), last: polls.at(-1), ownSaves };
}

describe("the copies of one image, from its event to ready", () => {
  it.each([
    ["one copy", TEN.slice(0, 1)],
    ["ten copies", TEN],
  ])("take as many queries as one copy: %s", async (_, to) => {
    const { event, between, last, ownSaves } = await life(to);
    expect({ event, last }).toEqual({ event: 9, last: 8 });
    // Claimed, sent, appeared and tagged, finishing and modified, ready. The sixth query of a copy is the look at
    // the state before the request; all others belong to the runs.
    expect(ownSaves).toBe(5);
    // What is due, the lease, the names and awaited images, the run.
    expect([...new Set(between)]).toEqual([4]);
  });
});

describe("60 images that are copied to three regions at once", () => {
  it("take less than a query for four copies", async () => {
    const instance = program(TEN.slice(0, 3));
    await replicate(sweep, instance);
    t.bake({ count: 60 }).forEach((image, n) => Object.assign(image, { name: `golden-${n}` }));
    watch.forget();
    await replicate(sweep, instance);
    t.pass(20 * MINUTE);
    const { totals } = await replicate(sweep, instance);
    expect(totals).toEqual({ ready: 180 });
    expect(watch.queries()).toBeLessThan(180 / 4);
  });
});
