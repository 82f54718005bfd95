// One run of replicate(), and runs while images, policies and the clock change between them.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { changeImage, deleteImage, makeImages } from "../../emulator/control/console.ts";
import type { RequestRecord } from "../../emulator/world/types.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { copySettings, policy } from "../support/builders.ts";
import { copiesOf, recordOf } from "../support/records.ts";
import { poll, sweep, type TestWorld, testWorld } from "../support/world.ts";
import { base, golden, MINUTE, makeSharedImage, READY, states } from "./reconcile-world.ts";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

describe("a run", () => {
  it("only plans if it is a dry run, and changes nothing", async () => {
    t.bake();
    const report = await replicate({ ...sweep, mode: "dry-run" }, t.instance([golden]));
    expect(report.plan.actions.filter((action) => action.do === "send")).toHaveLength(1);
    expect(await copiesOf(t.state, "100000000001")).toEqual([]);
    expect(await recordOf(t.state, "100000000001")).toBeUndefined();
    expect(t.world.requests.every((r) => r.action.startsWith("Describe") || r.action.startsWith("Get"))).toBe(true);
  });

  it("starts no call that cannot end before the deadline, and reports that it stopped early", async () => {
    t.bake();
    const instance = t.instance([golden]);
    const late = { ...instance, stopAt: () => instance.now() + 5_000 };
    const report = await replicate(sweep, late);
    expect(report.run.stoppedEarly).toBe(true);
    expect(t.syncs()).toBe(0);
    expect(states((await t.settle(instance)).copies)).toEqual(READY);
  });

  it("is refused while another one is in progress on the same replicator", async () => {
    t.bake();
    const instance = t.instance([golden]);
    const first = replicate(sweep, instance);
    await expect(replicate(sweep, instance)).rejects.toThrow("one run at a time");
    await first;
  });

  it("continues in the other regions if one cannot be read", async () => {
    t.bake();
    addFault(t.world, {
      match: { action: "DescribeImages", region: "ap-beijing", times: 0 },
      effect: { kind: "error", code: "UnauthorizedOperation" },
    });
    const instance = t.instance([golden]);
    const first = await replicate(sweep, instance);
    expect(first.run.problems).toMatchObject([{ code: "unreadable-UnauthorizedOperation" }]);
    const report = await t.settle(instance);
    expect(states(report.copies)).toEqual(["ap-beijing waiting", "ap-shanghai ready", "ap-singapore ready"]);
  });

  it("records every call that changed something in the journal", async () => {
    t.bake();
    await t.settle(t.instance([golden]));
    const entries = await t.state.entries("100000000001", 1000);
    const requestIds = new Set(entries.map((entry) => entry.requestId));
    const isDryRun = ({ params }: RequestRecord) => (params as { DryRun?: boolean }).DryRun === true;
    const changes = t.world.requests.filter((r) => !/^(Describe|Get)/.test(r.action) && !isDryRun(r));
    expect(changes.length).toBeGreaterThan(6);
    for (const { requestId } of changes) expect(requestIds).toContain(requestId);
  });
});

describe("changes between two runs", () => {
  const adopting = policy({ to: ["ap-shanghai"], existing: "adopt" });
  const makeSameName = () =>
    makeImages(t.world, { region: "ap-shanghai", name: "golden-web", sizeGiB: 20, createdAt: t.world.now() });

  it("never change an adopted image, even if its source is deselected and selected again", async () => {
    const [root] = t.bake({ createdAt: t.world.now() - MINUTE });
    makeSameName();
    const instance = t.instance([adopting]);
    await t.settle(instance);
    if (root) changeImage(t.world, root, { tags: { "cvm-replicator:ignore": "yes" } });
    expect(states((await replicate(sweep, instance)).copies)).toEqual(["ap-shanghai retired"]);
    if (root) changeImage(t.world, root, { tags: {} });
    const report = await replicate(sweep, instance);
    expect(report.copies).toMatchObject([{ phase: "ready", adopted: true }]);
    const writes = t.world.requests.filter((r) =>
      ["TagResources", "ModifyImageAttribute", "SyncImages"].includes(r.action),
    );
    expect(writes).toEqual([]);
  });

  it("let one image be adopted as the copy of one source only", async () => {
    t.bake({ createdAt: t.world.now() - MINUTE });
    t.bake({ region: "ap-chengdu", createdAt: t.world.now() - MINUTE });
    makeSameName();
    const instance = t.instance([{ ...adopting, from: ["ap-guangzhou", "ap-chengdu"] }]);
    await replicate(sweep, instance);
    const report = await replicate(sweep, instance);
    expect(states(report.copies)).toEqual(["ap-shanghai blocked", "ap-shanghai ready"]);
  });

  it("do not count a failed source among the newest", async () => {
    t.bake({ createdAt: t.world.now() - MINUTE });
    t.bake({ name: "golden-broken", state: "CREATEFAILED" });
    const instance = t.instance([{ ...golden, select: { ...golden.select, newest: 1 } }]);
    const report = await t.settle(instance);
    expect(states(report.copies)).toEqual(READY);
  });

  it("let the second step of a chain wait while the first step is made again", async () => {
    makeSharedImage(t);
    const instance = t.instance([{ ...base, to: ["ap-shanghai"] }]);
    addFault(t.world, {
      match: { action: "SyncImages", dryRun: false, nth: 2 },
      effect: { kind: "fail-copy", percent: 40 },
    });
    await replicate(sweep, instance);
    for (let i = 0; i < 40; i += 1) {
      t.pass(MINUTE);
      const { copies } = await replicate(poll, instance);
      const first = copies.find((copy) => copy.key.region === "ap-guangzhou" && copy.phase === "ready");
      if (copies.some((copy) => copy.phase === "retrying") && first?.phase === "ready") {
        deleteImage(t.world, { region: "ap-guangzhou", imageId: first.imageId });
        break;
      }
    }
    const report = await t.settle(instance, 120);
    expect(states(report.copies)).toEqual(["ap-guangzhou ready", "ap-shanghai ready"]);
  });

  it("do not count failed copies that vanish together as a mass disappearance, and make them again", async () => {
    await t.close();
    t = await testWorld({ switches: { failedCopyState: "vanishes" } });
    t.bake({ count: 2 });
    addFault(t.world, {
      match: { action: "SyncImages", dryRun: false, times: 2 },
      effect: { kind: "fail-copy", percent: 40 },
    });
    const report = await t.settle(t.instance([golden]), 60);
    expect(states(report.copies)).toEqual([...READY, ...READY].sort());
  });

  it("unblock a copy when the policy that had invalid tags is corrected", async () => {
    t.bake();
    const invalid = { ...golden, copy: copySettings({ tags: { inherit: false, set: { "bad key*": "x" } } }) };
    addFault(t.world, {
      match: { action: "TagResources", times: 0 },
      effect: { kind: "error", code: "InvalidParameterValue.TagKeyCharacterIllegal" },
    });
    await t.settle(t.instance([invalid]), 40);
    endFaults(t.world);
    const report = await t.settle(t.instance([golden]));
    expect(states(report.copies)).toEqual(READY);
    expect(JSON.stringify(t.world.requests.filter((r) => r.action === "TagResources").at(-1)?.params)).not.toContain(
      "bad key",
    );
  });

  it("keep an instance from sending a plan that is older than a recall", async () => {
    const [root] = t.bake();
    const sleeper = t.instance([golden]);
    const { state } = sleeper;
    let slept = false;
    sleeper.state = {
      ...state,
      save: async (account, changes) => {
        if (!slept && root && changes.record) {
          slept = true;
          t.pass(8 * 60 * MINUTE);
          changeImage(t.world, root, { tags: { "cvm-replicator:ignore": "yes" } });
        }
        return state.save(account, changes);
      },
    };
    await replicate(sweep, sleeper);
    expect(t.syncs()).toBe(0);
  });

  it("retry failed copies when the policy allows more attempts", async () => {
    t.bake();
    addFault(t.world, {
      match: { action: "SyncImages", dryRun: false, times: 0 },
      effect: { kind: "fail-copy", percent: 40 },
    });
    const failed = await t.settle(t.instance([{ ...golden, attempts: 1 }]), 40);
    expect(failed.copies.every((copy) => copy.phase === "failed")).toBe(true);
    endFaults(t.world);
    expect(states((await t.settle(t.instance([{ ...golden, attempts: 2 }]))).copies)).toEqual(READY);
  });
});
