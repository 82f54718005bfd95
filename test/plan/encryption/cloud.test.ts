// Encrypted copies against the emulated cloud, with the keys of its regions.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { copySettings, policy } from "../../support/builders.ts";
import { type TestWorld, testWorld } from "../../support/world.ts";

const [SHANGHAI, BEIJING, HOME] = ["ap-shanghai", "ap-beijing", "ap-guangzhou"];
const KEY = "01234567-89ab-cdef-0123-456789abcdef";
/** A policy that copies to both regions. */
const rule = (copy: Parameters<typeof copySettings>[0]) =>
  policy({ to: [SHANGHAI, BEIJING], copy: copySettings(copy) });

describe("encrypting in the cloud", () => {
  let t: TestWorld;
  beforeEach(async () => {
    t = await testWorld();
  });
  afterEach(() => t.close());

  it("is requested in each region by itself, with the key of that region", async () => {
    t.world.kmsKeys.set(SHANGHAI, [KEY]);
    t.bake();
    const regions = { [SHANGHAI]: { encrypt: { kmsKeyId: KEY } }, [BEIJING]: { encrypt: {} } };
    const report = await t.settle(t.instance([rule({ regions })]), 80);
    expect(report.copies.map(({ key, phase }) => [key.region, key.variant, phase]).sort()).toEqual([
      [BEIJING, "encrypted:default", "ready"],
      [BEIJING, "plain", "ended"],
      [SHANGHAI, `encrypted:${KEY}`, "ready"],
      [SHANGHAI, "plain", "ended"],
    ]);
    const syncs = t.world.requests.filter(({ action, effects }) => action === "SyncImages" && effects.length > 0);
    const asked = syncs.map(({ region, params }) => {
      const { DestinationRegions, Encrypt, KmsKeyId } = params as Record<string, unknown>;
      return { region, DestinationRegions, Encrypt, KmsKeyId };
    });
    expect(asked.slice(0, 1)).toMatchObject([{ region: HOME, DestinationRegions: [BEIJING, SHANGHAI] }]);
    expect(asked.slice(1).sort((a, b) => (a.region < b.region ? -1 : 1))).toMatchObject([
      { region: BEIJING, DestinationRegions: [BEIJING], Encrypt: true },
      { region: SHANGHAI, DestinationRegions: [SHANGHAI], Encrypt: true, KmsKeyId: KEY },
    ]);
    for (const region of [SHANGHAI, BEIJING]) {
      const there = [...(t.world.images.get(region)?.values() ?? [])].filter(({ owner }) => owner !== "");
      expect(there.map(({ name, encrypted }) => [name, encrypted])).toEqual([["golden-web", true]]);
    }
  });

  it("is blocked in a region without the key, and completed in the others", async () => {
    t.world.kmsKeys.set(BEIJING, [KEY]);
    t.bake();
    const report = await t.settle(t.instance([rule({ encrypt: { kmsKeyId: KEY } })]), 80);
    const states = Object.fromEntries(report.copies.map(({ key, phase }) => [`${key.region} ${key.variant}`, phase]));
    expect(states).toMatchObject({
      [`${BEIJING} encrypted:${KEY}`]: "ready",
      [`${SHANGHAI} encrypted:${KEY}`]: "blocked",
      [`${SHANGHAI} plain`]: "ready",
    });
  });
});
