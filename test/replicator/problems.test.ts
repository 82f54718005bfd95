import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { deleteImage } from "../../emulator/control/console.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { requestForTimer } from "../../lib/replicator/run-requests.ts";
import { policy } from "../support/builders.ts";
import { poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

const SWEEP_EVERY = 600_000;
const golden = policy({ to: ["ap-shanghai", "ap-beijing", "ap-singapore"], crossBorder: "approved" });

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

const codes = (problems: readonly { code: string }[]) => problems.map(({ code }) => code);

describe("a problem that needs manual action", () => {
  it("that a sweep found is also reported by runs that read less", async () => {
    t.bake({ count: 2 });
    const instance = t.instance([golden]);
    await t.settle(instance);
    for (const copy of [...t.world.images.values()].flatMap((images) => [...images.values()]))
      if (copy.copiedFrom) deleteImage(t.world, copy, true);
    await replicate(sweep, instance);
    t.pass(SWEEP_EVERY);
    const swept = await replicate(sweep, instance);
    expect(codes(swept.problems)).toEqual(["mass-disappearance"]);
    const polled = await replicate(poll, instance);
    expect(codes(polled.run.problems)).toEqual(codes(polled.problems));
    const named = { trigger: "event", scope: { kind: "images", images: [] } } as const;
    expect(codes((await replicate(named, instance)).problems)).toEqual(["mass-disappearance"]);
  });

  it("is reported for an unreadable region, which the timer reads again and then sweeps once", async () => {
    t.bake();
    addFault(t.world, {
      match: { action: "DescribeImages", region: "ap-beijing", times: 0 },
      effect: { kind: "error", code: "UnauthorizedOperation" },
    });
    const instance = t.instance([golden]);
    const timer = async () => replicate(await requestForTimer(instance, SWEEP_EVERY), instance);
    const first = await timer();
    expect(codes(first.problems)).toEqual(["unreadable-UnauthorizedOperation"]);
    // The cloud's remedy, and the time, from the first run on.
    expect(first.problems[0]?.remedy).toMatch(/cam.*; it is read again after 20\d\d-.*cvm-replicator retry/i);
    t.pass(60_000);
    endFaults(t.world);
    const second = await timer();
    expect(second.problems).toEqual([]);
    t.pass(60_000);
    expect((await requestForTimer(instance, SWEEP_EVERY)).scope.kind).toBe("sweep");
    expect((await timer()).problems).toEqual([]);
    t.pass(60_000);
    expect((await requestForTimer(instance, SWEEP_EVERY)).scope.kind).toBe("poll");
  });
});
