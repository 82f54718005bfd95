import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { deleteImage, makeImages } from "../../emulator/control/console.ts";
import { stateOf } from "../../lib/model/identity.ts";
import type { AccountRecord, Copy, ImageRef } from "../../lib/model/types.ts";
import { LEASE_DURATION } from "../../lib/record/timer-lease.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { type RunRequest, requestByHand, requestForTimer } from "../../lib/replicator/run-requests.ts";
import { ACCOUNT, NOW, policy } from "../support/builders.ts";
import { gate } from "../support/gate.ts";
import { copiesOf, recordOf, saveRecord } from "../support/records.ts";
import { type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const golden = policy({ to: ["ap-shanghai", "ap-beijing", "ap-singapore"], crossBorder: "approved" });
const timer: RunRequest = { trigger: "timer", scope: { kind: "sweep" } };

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

const states = (copies: readonly Copy[]) => copies.map((copy) => `${copy.key.region} ${stateOf(copy)}`).sort();
const READY = ["ap-beijing ready", "ap-shanghai ready", "ap-singapore ready"];
const record = () => recordOf(t.state, ACCOUNT);
const calls = () => t.world.requests.filter(({ action }) => action !== "GetCallerIdentity").length;

/** An instance that stops when it begins to read the cloud. */
function stopped() {
  const instance = t.instance([golden]);
  const { cloud } = instance;
  const here = gate();
  instance.cloud = { ...cloud, images: (...what) => here.pass().then(() => cloud.images(...what)) };
  return { instance, here };
}

async function changeRecord(change: Partial<AccountRecord>) {
  const before = await record();
  if (before) await saveRecord(t.state, { ...before, ...change });
}

describe("a timer run", () => {
  beforeEach(async () => {
    await replicate(timer, t.instance([golden]));
    t.pass(MINUTE);
    t.bake();
  });

  it("is skipped if another one is in progress: it reads nothing, calls nothing, leaves no heartbeat and is no error", async () => {
    const { instance, here } = stopped();
    const first = replicate(timer, instance);
    await here.reached;
    const before = calls();
    const second = await replicate(timer, t.instance([golden]));
    expect(second.run).toMatchObject({ skipped: "another timer run is in progress", actions: {}, problems: [] });
    expect(second.plan.actions).toEqual([]);
    expect(calls()).toBe(before);
    expect((await record())?.heartbeatAt).toBe(NOW);
    expect((await t.state.runs(ACCOUNT, 1))[0]).toMatchObject({ skipped: second.run.skipped });
    here.open();
    expect((await first).run.skipped).toBeUndefined();
    expect((await record())?.heartbeatAt).toBe(NOW + MINUTE);
    expect((await replicate(timer, t.instance([golden]))).run.skipped).toBeUndefined();
    expect(t.syncs()).toBe(1);
  });

  it("does not delay runs by event or by hand", async () => {
    const { instance, here } = stopped();
    const first = replicate(timer, instance);
    await here.reached;
    expect((await replicate(sweep, t.instance([golden]))).run.skipped).toBeUndefined();
    expect(t.syncs()).toBe(1);
    here.open();
    await first;
    expect(t.syncs()).toBe(1);
  });

  it("takes the lease of a dead process, and a lease that was not renewed for two minutes", async () => {
    const dead = { id: "dead", host: "here", pid: 1 };
    await changeRecord({ timer: { by: dead, until: NOW + MINUTE + LEASE_DURATION } });
    expect((await replicate(timer, t.instance([golden]))).run.skipped).toBeDefined();
    const withProof = t.instance([golden], { isDead: ({ id }) => id === "dead" });
    expect((await replicate(timer, withProof)).run.skipped).toBeUndefined();
    await changeRecord({ timer: { by: dead, until: NOW + MINUTE + LEASE_DURATION } });
    t.pass(LEASE_DURATION);
    expect((await replicate(timer, t.instance([golden]))).run.skipped).toBeUndefined();
  });

  it("releases its lease if it fails, and leaves no heartbeat", async () => {
    const failing = t.instance([golden]);
    failing.cloud = { ...failing.cloud, images: () => Promise.reject(new Error("broken")) };
    await expect(replicate(timer, failing)).rejects.toThrow("broken");
    expect(await record()).not.toHaveProperty("timer");
    expect((await record())?.heartbeatAt).toBe(NOW);
  });

  it("does no harm if it loses its lease, and does not release the lease of another run", async () => {
    const { instance, here } = stopped();
    const first = replicate(timer, instance);
    await here.reached;
    t.pass(LEASE_DURATION);
    const other = stopped();
    const second = replicate(timer, other.instance);
    await other.here.reached;
    here.open();
    await first;
    expect((await record())?.timer?.by).toEqual(other.instance.me);
    other.here.open();
    await second;
    expect(await record()).not.toHaveProperty("timer");
    expect(states((await t.settle(t.instance([golden]))).copies)).toEqual(READY);
    expect(t.syncs()).toBe(1);
  });

  it("records its end and its sweep, however many other runs write at the same time", async () => {
    t.pass(MINUTE);
    const requests = [timer, sweep, sweep, poll, sweep, sweep, sweep, poll];
    const reports = await Promise.all(requests.map((request) => replicate(request, t.instance([golden]))));
    expect(reports[0]?.run.skipped).toBeUndefined();
    expect(await record()).toMatchObject({ heartbeatAt: NOW + 2 * MINUTE, lastSweepAt: NOW + 2 * MINUTE });
    expect(await record()).not.toHaveProperty("timer");
  });

  it("sweeps even if the last sweep was recorded by a clock that was years ahead", async () => {
    await changeRecord({ lastSweepAt: NOW + 1000 * DAY });
    expect((await requestForTimer(t.instance([golden]), 10 * MINUTE)).scope.kind).toBe("sweep");
    await changeRecord({ lastSweepAt: NOW });
    expect((await requestForTimer(t.instance([golden]), 10 * MINUTE)).scope.kind).toBe("poll");
  });
});

describe("the history", () => {
  it("is kept for 90 days; the first sweep of a day deletes what is older", async () => {
    t.bake();
    const instance = t.instance([golden]);
    let deletions = 0;
    const deleteHistory: typeof t.state.deleteHistoryBefore = (...what) =>
      t.state.deleteHistoryBefore(...what).finally(() => (deletions += 1));
    instance.state = { ...t.state, deleteHistoryBefore: deleteHistory };
    await replicate(sweep, instance);
    await replicate(sweep, instance);
    expect(deletions).toBe(1);
    const lines = (await t.state.entries(ACCOUNT, 1000)).length;
    expect(lines).toBeGreaterThan(3);
    t.pass(90 * DAY);
    await replicate(poll, instance);
    const before = (await t.state.entries(ACCOUNT, 1000)).length;
    await replicate(sweep, instance);
    expect((await t.state.entries(ACCOUNT, 1000)).length).toBe(before);
    t.pass(DAY);
    await replicate(sweep, instance);
    const times = (await t.state.entries(ACCOUNT, 1000)).map(({ at }) => at);
    expect(Math.min(...times)).toBeGreaterThan(NOW + DAY);
    expect((await t.state.runs(ACCOUNT, 1000)).every(({ startedAt }) => startedAt > NOW + DAY)).toBe(true);
    expect(states(await copiesOf(t.state, ACCOUNT))).toEqual(READY);
  });

  it("has copies that ended for 90 days; none that is forgotten is copied again", async () => {
    const [first] = t.bake();
    await t.settle(t.instance([golden]));
    deleteImage(t.world, first as ImageRef, true);
    const pruning = t.instance([{ ...golden, prune: { ...golden.prune, delete: true, minAge: DAY, last: true } }]);
    for (let day = 0; day < 95; day += 1) {
      t.pass(DAY);
      await replicate(sweep, pruning);
      if (day === 60)
        expect((await copiesOf(t.state, ACCOUNT)).map(({ phase }) => phase)).toEqual(["ended", "ended", "ended"]);
    }
    const { copies, totals } = await t.state.read(ACCOUNT, { all: true });
    expect(copies).toEqual([]);
    expect(Object.values(totals).filter((count) => count !== 0)).toEqual([]);
    expect(t.syncs()).toBe(1);
  });
});

describe("a retry by the user", () => {
  const retryRequest = (choose: (copy: Copy) => boolean = () => true): RunRequest => ({
    ...sweep,
    trigger: "retry",
    retry: choose,
  });

  it("claims a failed copy again under the next number", async () => {
    t.bake();
    const effect = { kind: "fail-copy", percent: 40, destination: "ap-beijing" } as const;
    addFault(t.world, { match: { action: "SyncImages", dryRun: false, times: 0 }, effect });
    const instance = t.instance([{ ...golden, attempts: 2 }]);
    const failed = (await t.settle(instance, 100)).copies.find(({ phase }) => phase === "failed");
    expect(failed).toMatchObject({ attempts: 2, reason: { remedy: expect.stringContaining("retry") as string } });
    endFaults(t.world);
    const syncs = t.syncs();
    await replicate(sweep, instance);
    expect(t.syncs()).toBe(syncs);
    await replicate(retryRequest(), instance);
    expect(t.syncs()).toBe(syncs + 1);
    const report = await t.settle(instance);
    expect(states(report.copies)).toEqual(READY);
    expect(report.copies.find(({ key }) => key.region === "ap-beijing")).toMatchObject({ claimCount: 3, attempts: 0 });
  });

  it("ends the backoff of refused copies, and leaves other copies alone", async () => {
    await t.close();
    t = await testWorld({ quota: 3 });
    // The plan then does not know the quota, and the cloud refuses the copy.
    const match = { action: "DescribeImageQuota", times: 0 };
    addFault(t.world, { match, effect: { kind: "error", code: "UnauthorizedOperation" } });
    const fillers = ["ap-beijing", "ap-shanghai"].map((region) =>
      makeImages(t.world, { region, name: "full", count: 3 }),
    );
    t.bake();
    const instance = t.instance([golden]);
    await t.settle(instance, 35);
    const blocked = ["ap-beijing blocked", "ap-shanghai blocked", "ap-singapore ready"];
    expect(states(await copiesOf(t.state, ACCOUNT))).toEqual(blocked);
    for (const image of fillers.flat()) deleteImage(t.world, image);
    expect(states((await replicate(sweep, instance)).copies)).toEqual(blocked);
    const report = await replicate(
      retryRequest(({ key }) => key.region === "ap-beijing"),
      instance,
    );
    expect(states(report.copies)).toEqual(["ap-beijing copying", "ap-shanghai blocked", "ap-singapore ready"]);
    expect((await t.state.entries(ACCOUNT, 100)).filter(({ event }) => event === "retry")).toHaveLength(1);
  });

  it("follows a stuck copy again until stuckAfter, and requests no second one", async () => {
    t.bake();
    const effect = { kind: "stick-copy", percent: 40, destination: "ap-beijing" } as const;
    addFault(t.world, { match: { action: "SyncImages", dryRun: false }, effect });
    const instance = t.instance([golden]);
    await t.settle(instance, 120);
    const stuck = ["ap-beijing blocked", "ap-shanghai ready", "ap-singapore ready"];
    expect(states(await copiesOf(t.state, ACCOUNT))).toEqual(stuck);
    const report = await replicate(retryRequest(), instance);
    expect(states(report.copies)).toEqual(["ap-beijing copying", ...stuck.slice(1)]);
    t.pass(50 * MINUTE);
    expect(states((await replicate(poll, instance)).copies)).not.toEqual(stuck);
    t.pass(11 * MINUTE);
    expect(states((await replicate(poll, instance)).copies)).toEqual(stuck);
    expect(t.syncs()).toBe(1);
    expect(t.copies()).toHaveLength(3);
  });

  it("sends nothing while an earlier request may still take effect", async () => {
    t.bake();
    const instance = t.instance([golden]);
    addFault(t.world, { match: { action: "SyncImages", dryRun: false }, effect: { kind: "drop-before" } });
    await replicate(sweep, instance);
    await replicate(retryRequest(), t.instance([golden]));
    expect(t.syncs()).toBe(0);
  });

  it("is only planned in a dry run, also in one by hand", async () => {
    await t.close();
    t = await testWorld({ quota: 3 });
    // The plan then does not know the quota, and the cloud refuses the copy.
    const match = { action: "DescribeImageQuota", times: 0 };
    addFault(t.world, { match, effect: { kind: "error", code: "UnauthorizedOperation" } });
    const fillers = makeImages(t.world, { region: "ap-beijing", name: "full", count: 3 });
    t.bake();
    const instance: Instance = t.instance([golden]);
    await t.settle(instance, 35);
    for (const image of fillers) deleteImage(t.world, image);
    const before = await copiesOf(t.state, ACCOUNT);
    const sends = async (event: object) =>
      (await replicate(requestByHand({ ...event, dryRun: true }, [golden]), instance)).plan.actions.filter(
        (action) => action.do === "send",
      ).length;
    expect(await sends({})).toBe(0);
    expect(await sends({ retry: true })).toBe(1);
    expect(await sends({ retry: true, imageIds: ["img-8toqc6s3"] })).toBe(0);
    expect(await copiesOf(t.state, ACCOUNT)).toStrictEqual(before);
    await replicate(requestByHand({ retry: true }, [golden]), instance);
    expect(t.syncs()).toBe(2);
  });
});
