// Situations that go on for ever unless a person acts: each ends, with its reason.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deleteImage } from "../../emulator/control/console.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import { isOver } from "../../lib/report/needs-user.ts";
import { type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";
import { golden, MINUTE } from "./reconcile-world.ts";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

/** What `apply --wait` does, at most for some hours. Answers the last report. */
async function applyAndWait(instance: Instance, hours: number): Promise<Report> {
  let report = await replicate(sweep, instance);
  for (let minute = 0; minute < hours * 60; minute += 1) {
    const { copies, run } = report;
    if (copies.every((copy) => isOver(copy, copies, run.problems))) return report;
    t.pass(MINUTE);
    report = await replicate(poll, instance);
  }
  throw new Error(`still waiting: ${report.copies.map(({ phase }) => phase).join(", ")}`);
}

describe("copies that are deleted by hand, more than a tenth", () => {
  it("end the wait, and the problem says why", async () => {
    for (const name of ["golden-1", "golden-2", "golden-3"]) t.bake({ name });
    const instance = t.instance([golden]);
    await t.settle(instance);
    const finished = [...t.world.images.values()].flatMap((images) => [...images.values()]);
    const [a, b, c, d] = finished.filter(({ copiedFrom }) => copiedFrom);
    for (const image of [a, b, c, d]) if (image) deleteImage(t.world, image, true);
    const { problems } = await applyAndWait(instance, 1);
    expect(problems.map(({ code }) => code)).toEqual(["mass-disappearance"]);
  });
});

describe("copies that the cloud accepts and that never appear", () => {
  it("use up the attempts of the policy, and then have failed for that reason", async () => {
    for (const name of ["golden-1", "golden-2"]) t.bake({ name });
    t.world.switches.copyVisibleAfterMs = Number.MAX_SAFE_INTEGER;
    t.world.switches.sourceBusyWhileCopying = "no";
    const { copies, problems } = await applyAndWait(t.instance([{ ...golden, attempts: 2 }]), 3);
    expect(problems).toEqual([]);
    expect(copies).toHaveLength(6);
    for (const copy of copies) expect(copy).toMatchObject({ phase: "failed", reason: { code: "gone" } });
  });
});
