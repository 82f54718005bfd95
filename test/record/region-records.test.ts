// When an unreadable region is read again, and when a sweep is due.
import { describe, expect, it } from "vitest";
import { storedText } from "../../lib/model/messages/define.ts";
import type { AccountRecord, Millis, Reason } from "../../lib/model/types.ts";
import {
  isSweepDue,
  NO_READINGS,
  regionsAfter,
  regionsToProbe,
  skippedRegions,
  unreadableRegions,
} from "../../lib/record/region-records.ts";
import { BORN, NOW } from "../support/builders.ts";

const MINUTE = 60_000;
const WHY: Reason = { code: "unreadable-Timeout", text: storedText("no answer") };
const failing = { ...NO_READINGS, failed: new Map([["ap-tokyo", WHY]]) };
const runAt = (at: Millis, stoppedEarly = false) => ({ startedAt: at, endedAt: at, stoppedEarly });

describe("an unreadable region", () => {
  it("is read again after 1, 2, 4, 8 and then every 10 minutes", () => {
    let regions: AccountRecord["regions"];
    const waits = [1, 2, 3, 4, 5, 6].map(() => {
      regions = regionsAfter(regions, runAt(NOW), failing);
      return ((regions?.["ap-tokyo"]?.failure?.retryAt ?? 0) - NOW) / MINUTE;
    });
    expect(waits).toEqual([1, 2, 4, 8, 10, 10]);
    const retryAt = NOW + 10 * MINUTE;
    expect([...skippedRegions(regions, retryAt - 1).keys()]).toEqual(["ap-tokyo"]);
    expect(regionsToProbe(regions, ["ap-tokyo"], retryAt - 1)).toEqual([]);
    expect([...skippedRegions(regions, retryAt).keys()]).toEqual([]);
    expect(regionsToProbe(regions, ["ap-tokyo", "ap-seoul"], retryAt)).toEqual(["ap-tokyo"]);
    expect(regionsToProbe(regions, ["ap-seoul"], retryAt)).toEqual([]);
  });

  it("is reported with the time at which it is read again, until it was read", () => {
    const regions = regionsAfter(undefined, runAt(NOW), failing);
    expect(unreadableRegions(regions)).toMatchObject([{ ...WHY, remedy: expect.stringContaining("retry") as string }]);
    const after = regionsAfter(regions, runAt(NOW), { ...NO_READINGS, wasRead: new Set(["ap-tokyo"]) });
    expect(unreadableRegions(after)).toEqual([]);
  });

  it("is read before that time if the user asks for it, or if a wrong clock recorded the time", () => {
    const regions = regionsAfter(undefined, runAt(NOW), failing);
    expect(skippedRegions(regions, NOW, (region) => region === "ap-tokyo").size).toBe(0);
    expect(skippedRegions(regions, NOW - 30 * MINUTE).size).toBe(0);
  });
});

describe("a sweep", () => {
  const both = new Set(["ap-seoul", "ap-tokyo"]);
  const recordOf = (regions: AccountRecord["regions"], lastSweepAt = NOW): AccountRecord => {
    return { ...BORN, firstSeenAt: NOW, version: 1, lastSweepAt, ...(regions && { regions }) };
  };
  const isDue = (regions: AccountRecord["regions"], now: Millis) =>
    isSweepDue(recordOf(regions), both, 10 * MINUTE, now);

  it("is due for each region by its own last sweep, and for none that cannot be read", () => {
    const swept = regionsAfter(undefined, runAt(NOW), { ...NO_READINGS, covered: both, wasRead: both });
    expect([isDue(swept, NOW), isDue(swept, NOW + 10 * MINUTE), isDue(undefined, NOW)]).toEqual([false, true, true]);
    const without = regionsAfter(undefined, runAt(NOW), {
      ...failing,
      covered: both,
      wasRead: new Set(["ap-seoul"]),
    });
    expect(isDue(without, NOW + MINUTE)).toBe(false);
    const healed = regionsAfter(without, runAt(NOW), { ...NO_READINGS, wasRead: new Set(["ap-tokyo"]) });
    expect(isDue(healed, NOW + MINUTE)).toBe(true);
  });

  it("is due again although a wrong clock recorded the last one far in the future", () => {
    const swept = regionsAfter(undefined, runAt(NOW), { ...NO_READINGS, covered: both, wasRead: both });
    expect([isDue(swept, NOW - MINUTE), isDue(swept, NOW - 10 * MINUTE)]).toEqual([false, true]);
  });

  it("is not recorded if it stopped early, and forgets the regions that it no longer covers", () => {
    const readings = { ...NO_READINGS, covered: both, wasRead: both };
    expect(regionsAfter(undefined, runAt(NOW, true), readings)).toBeUndefined();
    const before = { "ap-mumbai": { sweptAt: NOW } };
    expect(Object.keys(regionsAfter(before, runAt(NOW), readings) ?? {})).toEqual([...both]);
    expect(Object.keys(regionsAfter(before, runAt(NOW, true), readings) ?? {})).toEqual(["ap-mumbai"]);
  });
});
