// The time of a reading: an image that appears after a reading began may be missing in it, however long it took.
import { describe, expect, it } from "vitest";
import type { Observation } from "../../lib/model/observation.ts";
import type { Cloud } from "../../lib/model/ports.ts";
import { lookUp } from "../../lib/observe/find-image.ts";
import { observe } from "../../lib/observe/observe.ts";
import { regionReader } from "../../lib/observe/region-reader.ts";
import { ACCOUNT, image, NOW, policy } from "../support/builders.ts";

const SECOND = 1_000;
const HOME = "ap-guangzhou";
const one = policy({ to: ["ap-shanghai"] });
const source = image();

/** A cloud in which every call takes 30 s; it counts the calls. */
function slowCloud() {
  let now = NOW;
  let calls = 0;
  const answer = async (region: string) => {
    await Promise.resolve();
    calls += 1;
    now += 30 * SECOND;
    return region === HOME ? [source] : [];
  };
  const cloud = { images: answer, imagesById: answer } as Partial<Cloud> as Cloud;
  const pause = () => new Promise<void>(() => {});
  return { cloud, now: () => now, pause, calls: () => calls };
}

describe("the time of a reading", () => {
  it("is its beginning, and not when the list or its second part is whole", async () => {
    const { calls, ...deps } = slowCloud();
    const what = { types: new Set(["custom", "shared"] as const), ids: new Set(["img-else"]) };
    const reader = regionReader(new Map(), deps);
    const { regions } = await reader.read(new Map([[HOME, what]]), { reuse: true, patient: true });
    expect(calls()).toBe(3);
    expect(regions.get(HOME)?.readAt).toBe(NOW);
  });

  it("is that of the older of two readings of one region", async () => {
    const { calls, ...deps } = slowCloud();
    const reader = regionReader(new Map(), deps);
    const scope = { kind: "images", images: [source] } as const;
    const newest = { ...one, select: { ...one.select, newest: 1 } };
    const records = { copies: [], awaited: [] };
    const mode = { reuse: false, patient: true };
    const { regions } = await observe(scope, records, mode, { ...deps, account: ACCOUNT, reader, policies: [newest] });
    expect(calls()).toBe(3);
    expect(regions.get(HOME)).toMatchObject({ readAt: NOW, complete: new Set(["custom"]) });
    expect(regions.get("ap-shanghai")?.readAt).toBeGreaterThan(NOW);
  });

  it("is the beginning of the search for one image, or of the reading that it adds to", async () => {
    const { cloud, now } = slowCloud();
    const before = { readAt: NOW - SECOND, complete: new Set<never>(), asked: new Set<string>(), images: new Map() };
    const observation: Observation = { account: ACCOUNT, regions: new Map([[HOME, before]]), unreadable: new Map() };
    const { regions } = await lookUp(source.imageId, ["ap-beijing", HOME], observation, { cloud, now, concurrency: 1 });
    expect([...regions].map(([region, { readAt }]) => [region, readAt]).sort()).toEqual([
      ["ap-beijing", NOW],
      [HOME, NOW - SECOND],
    ]);
  });
});
