// The whole program after its state was lost while every copy is still under way.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { copySettings, policy, SETTLE } from "../support/builders.ts";
import { poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

const MINUTE = 60_000;
const REGIONS = ["ap-shanghai", "ap-beijing"];
const plain = policy({ to: REGIONS });
const encrypting = policy({ to: REGIONS, copy: copySettings({ encrypt: {} }) });

let t: TestWorld;
beforeEach(async () => {
  // A busy source would hide a second call, and tags would identify the copies as well.
  t = await testWorld({ switches: { sourceBusyWhileCopying: "no", tagWhileSyncing: "error" } });
});
afterEach(() => t.close());

const copies = () => [...t.world.images.values()].flatMap((all) => [...all.values()].filter((one) => one.copiedFrom));

/** The names of the images that are SYNCING, as the cloud shows them. */
async function syncing(): Promise<readonly string[]> {
  const { cloud } = t.instance([plain]);
  const images = await Promise.all(REGIONS.map((region) => cloud.images(region, "custom")));
  return images.flat().flatMap(({ state, name }) => (state === "SYNCING" ? [name] : []));
}

describe("a state that is lost while everything is SYNCING", () => {
  it.each([
    ["plain copies", plain, 2],
    ["encrypted copies, made from plain ones", encrypting, 6],
  ])("makes no second copy: %s", async (_, rule, requests) => {
    t.bake({ count: 2 }).forEach((image, n) => Object.assign(image, { name: `golden-${n}` }));
    await replicate(sweep, t.instance([rule]));
    for (let minute = 0; t.syncs() < requests && minute < 40; minute += 1) {
      t.pass(MINUTE);
      await replicate(poll, t.instance([rule]));
    }
    expect(await syncing()).toEqual(Array(4).fill(expect.stringContaining("--copying-")));
    for (const loss of [1, 2]) {
      await t.forget();
      const { problems, copies: recorded } = await replicate(sweep, t.instance([rule]));
      expect([loss, problems]).toEqual([loss, []]);
      expect(recorded.filter(({ phase }) => phase === "copying")).toHaveLength(4);
      t.pass(loss * SETTLE);
    }
    for (let minute = 0; minute < 60; minute += 1) {
      t.pass(MINUTE);
      await replicate(minute % 10 === 0 ? sweep : poll, t.instance([rule]));
    }
    expect(t.syncs()).toBe(requests);
    const left = copies().map(({ region, name }) => `${region} ${name}`);
    expect(left.sort()).toEqual(REGIONS.flatMap((region) => [`${region} golden-0`, `${region} golden-1`]).sort());
  });
});
