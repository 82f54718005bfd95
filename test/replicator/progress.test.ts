// The progress of copies: how often it is saved, what a report shows of it, and that no copy seems stuck.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Policy } from "../../lib/model/policy.ts";
import type { Cloud } from "../../lib/model/ports.ts";
import type { Copy, CopyIn, Image } from "../../lib/model/types.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT, policy } from "../support/builders.ts";
import { memoryState } from "../support/memory-state.ts";
import { copiesOf } from "../support/records.ts";
import { type Watched, watched } from "../support/watched-state.ts";
import { type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

const MINUTE = 60_000;
const one = policy({ to: ["ap-shanghai"] });

let t: TestWorld;
let watch: Watched;
/** The minutes since the request. */
let minute: number;
/** How far the copy is after so many minutes. */
let percentAt: (minute: number) => number;
beforeEach(async () => {
  t = await testWorld({ copyMinutes: [600, 600] });
  t.bake();
  watch = watched(memoryState());
  minute = 0;
  percentAt = (at) => at;
});
afterEach(() => t.close());

/** The program, in a cloud whose copy is as far as the test says. */
function program(rule: Policy = one): Instance {
  const instance = t.instance([rule], { state: watch.state });
  const { cloud } = instance;
  const paced = (images: readonly Image[]) =>
    images.map((image) => (image.state === "SYNCING" ? { ...image, syncPercent: percentAt(minute) } : image));
  const more: Partial<Cloud> = {
    images: async (region, type) => paced(await cloud.images(region, type)),
    imagesById: async (region, ids) => paced(await cloud.imagesById(region, ids)),
  };
  instance.cloud = { ...cloud, ...more };
  return instance;
}

/** Polls once a minute; answers what each poll reports, and what is stored after it. */
async function pollFor(minutes: number, instance: Instance) {
  const polls: { reported: Copy | undefined; stored: Copy | undefined; saves: Watched["saves"] }[] = [];
  for (let n = 0; n < minutes; n += 1) {
    t.pass(MINUTE);
    minute += 1;
    watch.forget();
    const { copies } = await replicate(poll, instance);
    const [stored] = await copiesOf(watch.state, ACCOUNT);
    polls.push({ reported: copies[0], stored, saves: [...watch.saves] });
  }
  return polls;
}

const percentOf = (copy: Copy | undefined) => copy?.phase === "copying" && copy.percent;
const withCopies = (saves: Watched["saves"]) => saves.filter(({ copies = [] }) => copies.length > 0);

describe("the progress of a copy", () => {
  it("is saved at once when it is seen for the first time, with a journal line", async () => {
    const instance = program();
    await replicate(sweep, instance);
    expect(percentOf((await copiesOf(watch.state, ACCOUNT))[0])).toBe(0);
    const lines = await watch.state.entries(ACCOUNT, 99);
    expect(lines.filter(({ event }) => event === "progress")).toHaveLength(1);
  });

  it("is saved every five minutes after that, with the record of the run and without a line", async () => {
    const instance = program();
    await replicate(sweep, instance);
    const before = await watch.state.entries(ACCOUNT, 99);
    const polls = await pollFor(15, instance);
    expect(polls.map(({ stored }) => percentOf(stored))).toEqual([0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10, 10, 10, 15]);
    const saves = polls.map(({ saves }) => withCopies(saves));
    expect(saves.map((all) => all.length)).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    for (const { run, copies } of saves.flat())
      expect([run?.trigger, copies?.[0]?.entries]).toEqual(["test", undefined]);
    expect(await watch.state.entries(ACCOUNT, 99)).toEqual(before);
  });

  it("is reported as it is now, all the same", async () => {
    const instance = program();
    await replicate(sweep, instance);
    const polls = await pollFor(8, instance);
    expect(polls.map(({ reported }) => percentOf(reported))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("costs a run in which several copies get further one save", async () => {
    t.bake({ name: "golden-other" });
    const instance = program(policy({ to: ["ap-shanghai", "ap-beijing"] }));
    await replicate(sweep, instance);
    const saves = (await pollFor(5, instance)).flatMap((one) => withCopies(one.saves));
    expect(saves.map(({ copies }) => copies?.length)).toEqual([4]);
  });
});

describe("a copy", () => {
  const impatient = policy({ to: ["ap-shanghai"], stuckAfter: 20 * MINUTE });

  it("is not stuck as long as it gets further, however little of that is saved", async () => {
    const instance = program(impatient);
    await replicate(sweep, instance);
    const polls = await pollFor(90, instance);
    expect(polls.at(-1)?.stored?.phase).toBe("copying");
  });

  it("is not stuck if it gets further once within the time", async () => {
    percentAt = (at) => Math.floor(at / 19);
    const instance = program(impatient);
    await replicate(sweep, instance);
    expect((await pollFor(90, instance)).at(-1)?.stored?.phase).toBe("copying");
  });

  it("is stuck if it stands still for the time, and at most five minutes later than that", async () => {
    const STOPS = 32;
    percentAt = (at) => Math.min(at, STOPS);
    const instance = program(impatient);
    await replicate(sweep, instance);
    const polls = await pollFor(STOPS + 30, instance);
    const stuckIn = polls.findIndex(({ stored }) => stored?.phase === "stuck") + 1;
    expect(stuckIn).toBeGreaterThan(STOPS + 20);
    expect(stuckIn).toBeLessThanOrEqual(STOPS + 20 + 5 + 1);
    const last = polls.at(-1)?.stored as CopyIn<"stuck">;
    expect(last.reason.text).toContain(`${STOPS} %`);
  });
});
