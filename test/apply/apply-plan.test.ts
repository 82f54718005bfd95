// Applying a plan: frozen runs, and calls that are not made.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeImage } from "../../emulator/control/console.ts";
import { IGNORE_TAG } from "../../lib/model/identity.ts";
import { CLAIM_LIFE, STALE } from "../../lib/model/time.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT, policy } from "../support/builders.ts";
import { copiesOf } from "../support/records.ts";
import { type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

const MINUTE = 60_000;
const one = policy({ to: ["ap-shanghai"] });
/** So that the run which reads again repairs nothing. */
const reportOnly = { ...one, onDrift: "report" } as const;

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

const changes = () =>
  t.world.requests.filter((r) => ["TagResources", "ModifyImageAttribute"].includes(r.action)).length;
const theCopy = () => [...(t.world.images.get("ap-shanghai")?.values() ?? [])].find(({ copiedFrom }) => copiedFrom);

/**
 * Runs until the journal has the entry before a call, and freezes the run there until the
 * observation is stale.
 */
async function freezeBefore(call: string, meanwhile: () => unknown): Promise<{ instance: Instance; before: number }> {
  t.bake();
  const instance = t.instance([reportOnly]);
  let before: number | undefined;
  instance.journal = {
    append: async (entries) => {
      if (before !== undefined || !entries.some(({ event }) => event === call)) return;
      t.pass(STALE + 1);
      await meanwhile();
      before = changes();
    },
  };
  await replicate(sweep, instance);
  for (let round = 0; round < 40 && before === undefined; round += 1) {
    t.pass(MINUTE);
    await replicate(poll, instance);
  }
  if (before === undefined) throw new Error(`the journal has no ${call}`);
  return { instance, before };
}

describe.each([["tag"], ["modify"]] as const)("a run that is frozen before it can %s an image", (call) => {
  it("leaves the image to the user who took it over after another run had finished it", async () => {
    const theirs = { name: "mine", tags: { team: "web" } };
    const { before } = await freezeBefore(call, async () => {
      expect((await t.settle(t.instance([one]))).copies).toMatchObject([{ phase: "ready" }]);
      const image = theCopy();
      if (image) changeImage(t.world, image, theirs);
    });
    expect(changes()).toBe(before);
    expect(theCopy()).toMatchObject({ name: theirs.name });
    const entries = await t.state.entries(ACCOUNT, 50);
    expect(entries.filter(({ event }) => event === `${call}-failed`)).toMatchObject([{ code: "NotSent" }]);
  });

  it("does not take that for a refusal: it reads again and makes the call", async () => {
    const { instance } = await freezeBefore(call, () => {});
    const copies = await copiesOf(t.state, ACCOUNT);
    expect(copies[0]).not.toHaveProperty("tagRefused");
    const events = (await t.state.entries(ACCOUNT, 50)).map(({ event }) => event);
    expect(events).toContain(call === "tag" ? "tagged" : "modified");
    expect((await t.settle(instance)).copies).toMatchObject([{ phase: "ready" }]);
    expect(t.copies()).toEqual([expect.stringMatching(/ap-shanghai: golden-web$/)]);
  });
});

describe("a run that is frozen between its claim and its request", () => {
  it("does not send the request once its claim may have been taken over", async () => {
    t.bake();
    const instance = t.instance([one]);
    const { cloud } = instance;
    const late: number[] = [];
    instance.cloud = {
      ...cloud,
      async syncImage(request) {
        late.push(request.notAfter - instance.now());
        t.pass(CLAIM_LIFE + 1);
        return cloud.syncImage(request);
      },
    };
    await replicate(sweep, instance);
    // Each claim allows a time of its own, and after that nothing leaves.
    for (const left of late) expect(left).toBeLessThanOrEqual(CLAIM_LIFE);
    expect([late.length > 0, t.syncs()]).toEqual([true, 0]);
  });
});

describe("a run that is frozen during the dry runs before a request", () => {
  it("claims nothing for a source that a person withdrew meanwhile", async () => {
    const [source] = t.bake();
    const instance = t.instance([policy({ to: ["ap-shanghai", "ap-beijing"] })]);
    const { cloud } = instance;
    let dryRuns = 0;
    instance.cloud = {
      ...cloud,
      async trySyncImage(request) {
        await cloud.trySyncImage(request);
        dryRuns += 1;
        if (dryRuns > 1) return;
        t.pass(STALE + 1);
        if (source) changeImage(t.world, source, { tags: { [IGNORE_TAG]: "true" } });
      },
    };
    const report = await replicate(sweep, instance);
    expect(dryRuns).toBe(2);
    expect(t.syncs()).toBe(0);
    expect(report.copies).toEqual([]);
    const events = (await t.state.entries(ACCOUNT, 50)).map(({ event }) => event);
    expect(events).not.toContain("claimed");
  });
});

describe("the repair of a difference", () => {
  it("counts as tried only if a call was made, not in runs without calls or without time", async () => {
    t.bake();
    await t.settle(t.instance([one]));
    const image = theCopy();
    if (image) changeImage(t.world, image, { description: "by hand" });
    for (let round = 0; round < 8; round += 1) {
      t.pass(10 * MINUTE);
      await replicate({ ...sweep, mode: "record-only" }, t.instance([one]));
      await replicate(sweep, t.instance([one], { stopAt: () => 0 }));
    }
    const before = changes();
    const { copies } = await replicate(sweep, t.instance([one]));
    expect(changes()).toBe(before + 1);
    expect(copies).toMatchObject([{ phase: "ready" }]);
    expect(copies[0]).not.toHaveProperty("repair");
  });
});
