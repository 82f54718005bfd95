// replicate() when a destination, a copy or a source fails or is not available.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { changeImage, deleteImage, makeImages } from "../../emulator/control/console.ts";
import type { Cloud } from "../../lib/model/ports.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT, policy, SETTLE } from "../support/builders.ts";
import { copiesOf } from "../support/records.ts";
import { poll, sweep, type TestWorld, testWorld } from "../support/world.ts";
import { golden, MINUTE, READY, states } from "./reconcile-world.ts";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

describe("a destination that makes the call fail", () => {
  it.each(["success", "error"] as const)(
    "does not delay the other destinations (a dry run answers with %s)",
    async (dryRunAnswer) => {
      await t.close();
      t = await testWorld({ unsyncableRegions: ["ap-beijing"], switches: { dryRunAnswer } });
      t.bake();
      const report = await t.settle(t.instance([golden]), 30);
      expect(states(report.copies)).toEqual(["ap-beijing blocked", "ap-shanghai ready", "ap-singapore ready"]);
      expect(t.syncs()).toBe(1);
    },
  );

  it("is retried when its cause is gone", async () => {
    await t.close();
    t = await testWorld({ quota: 3 });
    const fillers = makeImages(t.world, { region: "ap-beijing", name: "full", count: 3 });
    t.bake();
    const instance = t.instance([golden]);
    const blocked = await t.settle(instance, 30);
    expect(states(blocked.copies)).toEqual(["ap-beijing blocked", "ap-shanghai ready", "ap-singapore ready"]);
    for (const image of fillers) deleteImage(t.world, image);
    t.pass(10 * MINUTE);
    expect(states((await t.settle(instance)).copies)).toEqual(READY);
  });
});

describe("a copy that fails", () => {
  it("is made again with the next attempt number if the cloud gives up", async () => {
    t.bake();
    addFault(t.world, {
      match: { action: "SyncImages", dryRun: false },
      effect: { kind: "fail-copy", percent: 40, destination: "ap-beijing" },
    });
    const report = await t.settle(t.instance([golden]), 60);
    expect(states(report.copies)).toEqual(READY);
    const beijing = report.copies.find((copy) => copy.key.region === "ap-beijing");
    expect(beijing).toMatchObject({ claimCount: 2, attempts: 0 });
  });

  it("is failed when the attempts of the policy are used up", async () => {
    t.bake();
    addFault(t.world, {
      match: { action: "SyncImages", dryRun: false, times: 0 },
      effect: { kind: "fail-copy", percent: 40, destination: "ap-beijing" },
    });
    const report = await t.settle(t.instance([{ ...golden, attempts: 2 }]), 100);
    expect(states(report.copies)).toEqual(["ap-beijing failed", "ap-shanghai ready", "ap-singapore ready"]);
  });

  it("is blocked as stuck if it makes no progress", async () => {
    t.bake();
    addFault(t.world, {
      match: { action: "SyncImages", dryRun: false },
      effect: { kind: "stick-copy", percent: 40, destination: "ap-beijing" },
    });
    const report = await t.settle(t.instance([golden]), 120);
    expect(states(report.copies)).toEqual(["ap-beijing blocked", "ap-shanghai ready", "ap-singapore ready"]);
    expect(report.copies.find((copy) => copy.phase === "stuck")).toMatchObject({ reason: { code: "stuck" } });
  });

  it("is made again after a manual deletion, but only when two readings miss it", async () => {
    t.bake();
    const instance = t.instance([golden]);
    await t.settle(instance);
    const [deleted] = [...(t.world.images.get("ap-beijing")?.values() ?? [])].filter((image) => image.copiedFrom);
    if (deleted) deleteImage(t.world, deleted);
    await replicate(sweep, instance);
    expect(t.syncs()).toBe(1);
    t.pass(SETTLE + MINUTE);
    await t.settle(instance);
    expect(t.copies()).toHaveLength(3);
    expect(t.syncs()).toBe(2);
  });

  it("keeps its temporary name if its tags cannot be set", async () => {
    t.bake();
    addFault(t.world, {
      match: { action: "TagResources", times: 0 },
      effect: { kind: "error", code: "UnauthorizedOperation" },
    });
    const instance = t.instance([golden]);
    const report = await t.settle(instance, 40);
    expect(report.copies.map((copy) => copy.phase)).toEqual(["stuck", "stuck", "stuck"]);
    for (const line of t.copies()) expect(line).toContain("--copying-");
    endFaults(t.world);
    expect(states((await t.settle(instance)).copies)).toEqual(READY);
  });
});

describe("a source", () => {
  it("that is busy with copies is copied to a later destination when it is no longer busy", async () => {
    t.bake();
    await replicate(sweep, t.instance([policy({ to: ["ap-shanghai"] })]));
    const instance = t.instance([policy({ to: ["ap-shanghai", "ap-beijing"] })]);
    const report = await t.settle(instance, 60);
    expect(states(report.copies)).toEqual(["ap-beijing ready", "ap-shanghai ready"]);
    expect(report.copies.every((copy) => copy.attempts === 0 && copy.claimCount === 1)).toBe(true);
  });

  it("that is recalled with the ignore tag is not copied", async () => {
    const [image] = t.bake();
    if (image) changeImage(t.world, image, { tags: { "cvm-replicator:ignore": "yes" } });
    await t.settle(t.instance([golden]), 2);
    expect(t.syncs()).toBe(0);
  });

  it("that an event names while it is CREATING is copied by polls alone, without a sweep", async () => {
    const [image] = t.bake({ state: "CREATING" });
    const instance = t.instance([golden]);
    await replicate(sweep, instance);
    const source = { region: image?.region ?? "", imageId: image?.imageId ?? "" };
    await replicate({ trigger: "event", scope: { kind: "images", images: [source] } }, instance);
    for (let i = 0; i < 60; i += 1) {
      t.pass(MINUTE);
      await replicate(poll, instance);
    }
    expect(states(await copiesOf(t.state, "100000000001"))).toEqual(READY);
  });
});

describe("a destination that was never copied to", () => {
  it("is tried by a dry run, so that its refusal does not delay the other destinations", async () => {
    const t = await testWorld({ unsyncableRegions: ["ap-beijing"] });
    t.bake();
    const { copies } = await replicate(sweep, t.instance([policy({ to: ["ap-shanghai", "ap-beijing"] })]));
    expect(states(copies)).toEqual(["ap-beijing blocked", "ap-shanghai copying"]);
    expect(t.syncs()).toBe(1);
    await t.close();
  });

  it("is not tried again once a copy has arrived there", async () => {
    const t = await testWorld();
    const dryRuns = () => t.world.requests.filter(({ params }) => (params as { DryRun?: boolean }).DryRun).length;
    const instance = t.instance([policy({ to: ["ap-shanghai", "ap-beijing"] })]);
    t.bake();
    await t.settle(instance);
    expect(dryRuns()).toBe(2);
    t.bake({ name: "golden-next" });
    await t.settle(instance);
    expect(dryRuns()).toBe(2);
    await t.close();
  });
});

describe("a run that breaks off after a call", () => {
  it("has the outcome of the call in the journal", async () => {
    t.bake();
    const instance = t.instance([golden]);
    let isTagged = false;
    const cloud: Cloud = {
      ...instance.cloud,
      async tag(...call) {
        const answer = await instance.cloud.tag(...call);
        isTagged = true;
        return answer;
      },
      async imagesById(...call) {
        if (isTagged) throw new TypeError("broken");
        return instance.cloud.imagesById(...call);
      },
    };
    await expect(t.settle({ ...instance, cloud }, 30)).rejects.toThrow("broken");
    const events = (await instance.state.entries(ACCOUNT, 100)).map(({ event }) => event);
    expect(events).toContain("tagged");
  });
});
