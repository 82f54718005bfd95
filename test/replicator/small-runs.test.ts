// Runs that read only some of the copies: what they report, what a retry reaches, when losses are too many.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deleteImage } from "../../emulator/control/console.ts";
import type { StoredImage } from "../../emulator/world/image.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT, copy, keyOf, policy, SETTLE } from "../support/builders.ts";
import { memoryState } from "../support/memory-state.ts";
import { copiesOf, saveCopy } from "../support/records.ts";
import { type Watched, watched } from "../support/watched-state.ts";
import { type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

const MINUTE = 60_000;
const one = policy({ to: ["ap-shanghai"] });

let t: TestWorld;
let watch: Watched;
let instance: Instance;
beforeEach(async () => {
  t = await testWorld({ copyMinutes: [10, 10] });
  watch = watched(memoryState());
  instance = t.instance([one], { state: watch.state });
});
afterEach(() => t.close());

/** Makes so many images, and their copies until they are ready. */
async function finish(count: number): Promise<void> {
  t.bake({ count }).forEach((image, n) => Object.assign(image, { name: `golden-${n}` }));
  await t.settle(instance);
}

const theCopies = () => [...(t.world.images.get("ap-shanghai")?.values() ?? [])].filter((one) => one.copiedFrom);
const phasesOf = ({ copies }: Pick<Report, "copies">) => copies.map(({ phase }) => phase);

describe("a poll", () => {
  it("reports the copies that were due, and how many there are of all", async () => {
    await finish(3);
    t.bake({ name: "golden-new" });
    await replicate(sweep, instance);
    t.pass(MINUTE);
    const report = await replicate(poll, instance);
    expect(phasesOf(report)).toEqual(["copying"]);
    expect(report.totals).toEqual({ ready: 3, copying: 1 });
  });

  it("reports a copy that it finished, which is not due any more, and counts it as finished", async () => {
    await finish(3);
    t.bake({ name: "golden-new" });
    await replicate(sweep, instance);
    t.pass(10 * MINUTE);
    const report = await replicate(poll, instance);
    expect(report.run.actions["modify"]).toBe(1);
    expect(phasesOf(report)).toEqual(["ready"]);
    expect(report.copies).toEqual((await copiesOf(watch.state, ACCOUNT)).slice(-1));
    expect(report.totals).toEqual({ ready: 4 });
  });

  it("reports nothing of copies that it did not read, and does not read the totals again", async () => {
    await finish(3);
    watch.forget();
    const report = await replicate(poll, instance);
    expect([report.copies, report.totals]).toEqual([[], { ready: 3 }]);
    expect(watch.reads).toHaveLength(1);
  });
});

describe("a sweep", () => {
  it("reports all copies", async () => {
    await finish(3);
    const report = await replicate(sweep, instance);
    expect([phasesOf(report), report.totals]).toEqual([["ready", "ready", "ready"], { ready: 3 }]);
  });
});

describe("a run whose time is over before its work is done", () => {
  it("reports how many copies there are at its end", async () => {
    t.bake({ count: 5 }).forEach((image, n) => Object.assign(image, { name: `golden-${n}` }));
    let left = Number.POSITIVE_INFINITY;
    const short = t.instance([one], { state: watch.state, concurrency: 1, stopAt: () => left });
    const { cloud } = short;
    const syncImage: typeof cloud.syncImage = (request) => {
      left = short.now();
      return cloud.syncImage(request);
    };
    short.cloud = { ...cloud, syncImage };
    const { run, totals, copies } = await replicate(sweep, short);
    expect([run.stoppedEarly, totals]).toEqual([true, { copying: 1, waiting: 3 }]);
    expect(copies).toEqual(await copiesOf(watch.state, ACCOUNT));
  });
});

describe("an event about a copy", () => {
  it("finds out that a user has deleted it", async () => {
    await finish(2);
    const [image] = theCopies() as [StoredImage];
    const ref = { region: image.region, imageId: image.imageId };
    deleteImage(t.world, image);
    const { copies } = await replicate({ trigger: "event", scope: { kind: "images", images: [ref] } }, instance);
    expect(copies).toMatchObject([{ key: { rootId: image.copiedFrom?.imageId }, missingSince: instance.now() }]);
  });
});

describe("a retry by hand", () => {
  it("resets copies that no poll would read", async () => {
    await finish(1);
    const key = keyOf("ap-shanghai", { region: "ap-guangzhou", imageId: "img-failed01" });
    const reason = { code: "attempts-used-up", text: storedText("5 of 5 attempts are used up") };
    await saveCopy(
      watch.state,
      copy<"failed">("ap-shanghai", { phase: "failed", reason }, { key, version: 0, attempts: 5 }),
    );
    await replicate(poll, instance);
    const failed = async () => (await copiesOf(watch.state, ACCOUNT)).find((one) => one.key.rootId === key.rootId);
    expect(await failed()).toMatchObject({ phase: "failed", attempts: 5 });
    await replicate({ ...poll, retry: () => true }, instance);
    expect(await failed()).not.toMatchObject({ phase: "failed" });
    expect(await failed()).toMatchObject({ attempts: 0 });
  });
});

describe("copies that disappear, in a poll", () => {
  const elsewhere = policy({ name: "elsewhere", select: { type: "custom", name: ["base-*"] }, to: ["ap-beijing"] });

  /** Deletes so many copies, all of one region, and notices it; answers what a poll says after `SETTLE`. */
  async function lose(count: number): Promise<Report> {
    instance = t.instance([one, elsewhere], { state: watch.state });
    t.bake({ count: 40 - count }).forEach((image, n) => Object.assign(image, { name: `base-${n}` }));
    await finish(count);
    for (const image of theCopies()) deleteImage(t.world, image);
    await replicate(sweep, instance);
    t.pass(SETTLE + MINUTE);
    return replicate(poll, instance);
  }
  const isHeld = ({ problems }: Report) => problems.some(({ code }) => code === "mass-disappearance");

  it("are gone if they are no more than a tenth of all, although the poll reads only them", async () => {
    const report = await lose(4);
    expect([isHeld(report), report.copies.length]).toEqual([false, 4]);
    expect(t.syncs()).toBe(44);
  });

  it("are held to be an outage if they are more than a tenth of all", async () => {
    const report = await lose(5);
    const text = expect.stringContaining("40") as string;
    expect(report.problems).toMatchObject([{ code: "mass-disappearance", text }]);
    expect(t.syncs()).toBe(40);
  });
});
