// A run of the timer that must not take itself for idle; and the lease of such a run.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeImages } from "../../emulator/control/console.ts";
import { dueAt } from "../../lib/model/copy/due.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { type RunRequest, requestForTimer } from "../../lib/replicator/run-requests.ts";
import { ACCOUNT, policy } from "../support/builders.ts";
import { memoryState } from "../support/memory-state.ts";
import { copiesOf, recordOf, saveCopy, saveRecord } from "../support/records.ts";
import { type Watched, watched } from "../support/watched-state.ts";
import { type Instance, sweep, type TestWorld, testWorld } from "../support/world.ts";

const MINUTE = 60_000;
const one = policy({ to: ["ap-shanghai"] });
const timerPoll: RunRequest = { trigger: "timer", scope: { kind: "poll" } };

let t: TestWorld;
let watch: Watched;
let instance: Instance;
beforeEach(async () => {
  t = await testWorld();
  watch = watched(memoryState());
  instance = t.instance([one], { state: watch.state, sweepEvery: 600 * MINUTE });
});
afterEach(() => t.close());

/** What a run of the timer asks of the cloud, a minute later. */
async function askedBy(request?: RunRequest): Promise<string[]> {
  t.pass(MINUTE);
  watch.forget();
  const before = t.world.requests.length;
  await replicate(request ?? (await requestForTimer(instance, instance.sweepEvery)), instance);
  const requests = t.world.requests.slice(before).map(({ action, region }) => `${action} ${region}`);
  return [...new Set(requests.filter((text) => !text.startsWith("GetCallerIdentity")))];
}

const record = () => recordOf(watch.state, ACCOUNT);

describe("a run of the timer", () => {
  beforeEach(async () => {
    t.bake();
    await t.settle(instance);
    expect(await askedBy()).toEqual([]);
    expect([watch.reads.length, watch.saves.length]).toEqual([1, 1]);
  });

  it("is not idle if a copy is due", async () => {
    const [copy] = await copiesOf(watch.state, ACCOUNT);
    if (!copy) throw new Error("there is a copy");
    await saveCopy(watch.state, { ...copy, missingSince: instance.now() } as typeof copy);
    expect(await askedBy()).toContain("DescribeImages ap-shanghai");
  });

  it("is idle until the time of a copy has come, and not after it", async () => {
    const [copy] = await copiesOf(watch.state, ACCOUNT);
    if (!copy) throw new Error("there is a copy");
    const reason = { code: "other", text: storedText("it waits") };
    const key = { ...copy.key, rootId: "img-other001" };
    const { imageId: _, ...base } = { ...copy, imageId: "" };
    const due = instance.now() + 2 * MINUTE;
    const blocked = { ...base, key, version: 0, phase: "blocked", reason, notBefore: due } as unknown as typeof copy;
    expect(dueAt(blocked)).toBe(due);
    await saveCopy(watch.state, blocked);
    expect(await askedBy()).toEqual([]);
    expect(await askedBy()).toContain("DescribeImages ap-shanghai");
  });

  it("is not idle if an image is awaited", async () => {
    const [image] = makeImages(t.world, { region: "ap-guangzhou", name: "base-new", state: "CREATING", sizeGiB: 20 });
    if (!image) throw new Error("no image was made");
    const images = [{ region: image.region, imageId: image.imageId }];
    await replicate({ trigger: "event", scope: { kind: "images", images } }, instance);
    expect(await askedBy()).toContain("DescribeImages ap-guangzhou");
  });

  it("is not idle if a region that could not be read is to be tried again", async () => {
    const before = await record();
    if (!before) throw new Error("the account has a record");
    const retryAt = instance.now() + 2 * MINUTE;
    const failure = { count: 1, retryAt, reason: { code: "unreadable", text: storedText("away") } };
    await saveRecord(watch.state, { ...before, regions: { ...before.regions, "ap-shanghai": { failure } } });
    expect(await askedBy()).toEqual([]);
    expect(await askedBy()).toEqual(["DescribeImages ap-shanghai"]);
    expect((await record())?.regions?.["ap-shanghai"]?.failure).toBeUndefined();
  });
});

describe("a new account", () => {
  it("is swept by a poll of the timer, and gets a record", async () => {
    t.bake();
    expect(await askedBy(timerPoll)).toContain("DescribeImages ap-guangzhou");
    expect(await record()).toMatchObject({ account: ACCOUNT });
    expect(await copiesOf(watch.state, ACCOUNT)).toHaveLength(1);
  });
});

describe("the lease of the timer", () => {
  it("is taken by a run that works, and ends with the record of the run: no save follows", async () => {
    await replicate(sweep, instance);
    t.bake();
    await askedBy({ trigger: "timer", scope: { kind: "sweep" } });
    expect(watch.saves[0]?.record?.timer?.by).toEqual(instance.me);
    expect(watch.saves.at(-1)).toMatchObject({ run: { trigger: "timer" } });
    expect(watch.saves.at(-1)?.record).not.toHaveProperty("timer");
    expect(await record()).not.toHaveProperty("timer");
  });

  it("ends after a run that failed, although nothing else of it is recorded", async () => {
    await replicate(sweep, instance);
    const before = await record();
    instance.cloud = { ...instance.cloud, images: () => Promise.reject(new Error("broken")) };
    await expect(askedBy({ trigger: "timer", scope: { kind: "sweep" } })).rejects.toThrow("broken");
    expect(watch.saves[0]?.record?.timer?.by).toEqual(instance.me);
    expect({ ...(await record()), version: 0 }).toEqual({ ...before, version: 0 });
  });

  it("is left to the run that holds it, whose work this run does not do", async () => {
    await replicate(sweep, instance);
    t.bake();
    const before = await record();
    if (!before) throw new Error("the account has a record");
    const timer = { by: { id: "other" }, until: instance.now() + 2 * MINUTE };
    await saveRecord(watch.state, { ...before, timer });
    expect(await askedBy({ trigger: "timer", scope: { kind: "sweep" } })).toEqual([]);
    expect((await record())?.timer).toEqual(timer);
    expect((await watch.state.runs(ACCOUNT, 1))[0]?.skipped).toBeDefined();
  });
});
