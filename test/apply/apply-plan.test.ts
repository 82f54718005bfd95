// Applying a plan: frozen runs, and calls that are not made.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeImage } from "../../emulator/control/console.ts";
import { STALE } from "../../lib/model/time.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT, policy } from "../support/builders.ts";
import { type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

const MINUTE = 60_000;
const one = policy({ to: ["ap-shanghai"] });

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
  const instance = t.instance([one]);
  let before: number | undefined;
  instance.journal = {
    append: async (entries) => {
      await t.state.append(entries);
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

describe.each([
  ["tag", "copying"],
  ["modify", "finishing"],
] as const)("a run that is frozen before it can %s an image", (call, state) => {
  it("leaves the image to the user who took it over after another run had finished it", async () => {
    const theirs = { name: "mine", tags: { team: "web" } };
    const { before } = await freezeBefore(call, async () => {
      expect((await t.settle(t.instance([one]))).copies).toMatchObject([{ state: "ready" }]);
      const image = theCopy();
      if (image) changeImage(t.world, image, theirs);
    });
    expect(changes()).toBe(before);
    expect(theCopy()).toMatchObject({ name: theirs.name });
    const entries = await t.state.entries(ACCOUNT, 50);
    expect(entries.filter(({ event }) => event === `${call}-failed`)).toMatchObject([{ code: "NotSent" }]);
  });

  it("does not take that for a refusal: a later run makes the call", async () => {
    const { instance } = await freezeBefore(call, () => {});
    const copies = await t.state.copies(ACCOUNT);
    expect(copies).toMatchObject([{ state }]);
    expect(copies[0]).not.toHaveProperty("tagRefused");
    await replicate(poll, instance);
    const events = (await t.state.entries(ACCOUNT, 50)).map(({ event }) => event);
    expect(events).toContain(call === "tag" ? "tagged" : "modified");
    expect((await t.settle(instance)).copies).toMatchObject([{ state: "ready" }]);
    expect(t.copies()).toEqual([expect.stringMatching(/ap-shanghai: golden-web$/)]);
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
      await replicate({ ...sweep, noCalls: true }, t.instance([one]));
      await replicate(sweep, t.instance([one], { stopAt: () => 0 }));
    }
    const before = changes();
    const { copies } = await replicate(sweep, t.instance([one]));
    expect(changes()).toBe(before + 1);
    expect(copies).toMatchObject([{ state: "ready" }]);
    expect(copies[0]).not.toHaveProperty("repair");
  });
});
