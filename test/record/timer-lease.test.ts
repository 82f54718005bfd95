import { describe, expect, it } from "vitest";
import type { Replicator } from "../../lib/model/ports.ts";
import { acquireTimerLease, isLeased, LEASE_DURATION } from "../../lib/record/timer-lease.ts";
import { timerHealth } from "../../lib/report/health/timer-health.ts";
import { ACCOUNT, BORN, NOW } from "../support/builders.ts";
import { memoryState } from "../support/memory-state.ts";
import { knownOf, saveRecord } from "../support/records.ts";
import { watched } from "../support/watched-state.ts";

const SECOND = 1_000;
const MINUTE = 60_000;

describe("the health of the timer", () => {
  const healthOf = (ago: number, sweepEvery = 10 * MINUTE) =>
    timerHealth({ ...BORN, heartbeatAt: NOW - ago }, sweepEvery, NOW);

  it.each([
    [-30 * SECOND, "timer: ran just now"],
    [0, "timer: ran just now"],
    [40 * SECOND, "timer: ran 40 s ago"],
    [119 * SECOND, "timer: ran 119 s ago"],
    [2 * MINUTE, "timer: ran 2 min ago"],
    [10 * MINUTE, "timer: ran 10 min ago"],
  ])("is in words for a run %i ms ago, and no problem", (ago, text) => {
    expect(healthOf(ago)).toEqual({ ranAt: NOW - ago, text });
  });

  it.each([
    [10 * MINUTE + 1, 10 * MINUTE, "10 min ago"],
    [5 * MINUTE + 1, 10 * SECOND, "5 min ago"],
    [121 * MINUTE, 120 * MINUTE, "2 h ago"],
    [72 * 60 * MINUTE, 10 * MINUTE, "3 days ago"],
  ])("is a problem with a remedy %i ms after the last run, with a sweep every %i ms", (ago, sweepEvery, text) => {
    const { problem } = healthOf(ago, sweepEvery);
    const since = new Date(NOW - ago).toISOString();
    expect(problem?.text).toBe(`the timer has not finished a run since ${since}, ${text}`);
    expect(problem?.remedy).toContain("the trigger of poll-copies");
    expect(healthOf(Math.max(5 * MINUTE, sweepEvery), sweepEvery).problem).toBeUndefined();
  });

  it("is no problem if the timer never ran, because there may be none", () => {
    for (const record of [undefined, BORN]) {
      const { ranAt, problem, text } = timerHealth(record, MINUTE, NOW);
      expect({ ranAt, problem }).toEqual({ ranAt: null });
      expect(text).toContain("not run yet");
    }
  });
});

describe("the timer's lease", () => {
  const me = { id: "me" };
  const other = { id: "other", host: "h", pid: 7 };
  const isLeasedBy = (until: number, by = other, isDead = false) => isLeased({ by, until }, me, NOW, () => isDead);

  it("is held until it expires, unless its holder is dead or this process", () => {
    expect(isLeasedBy(NOW + LEASE_DURATION)).toBe(true);
    expect(isLeasedBy(NOW + 1)).toBe(true);
    expect(isLeasedBy(NOW)).toBe(false);
    expect(isLeasedBy(NOW + LEASE_DURATION, other, true)).toBe(false);
    expect(isLeasedBy(NOW + LEASE_DURATION, { ...other, id: "me" })).toBe(false);
    expect(isLeased(undefined, me, NOW, () => false)).toBe(false);
  });

  it("delays no run if a wrong clock set its end far in the future", () => {
    expect(isLeasedBy(NOW + LEASE_DURATION + MINUTE)).toBe(true);
    expect(isLeasedBy(NOW + LEASE_DURATION + MINUTE + 1)).toBe(false);
  });
});

describe("the lease of a run that goes on", () => {
  it("is renewed once half of it is over, and not before", async () => {
    const watch = watched(memoryState());
    await saveRecord(watch.state, { ...BORN, version: 0 });
    const known = await knownOf(watch.state, ACCOUNT);
    let now = NOW;
    const deps = { me: { id: "me" }, now: () => now, isDead: () => false } as unknown as Replicator;
    const acquire = async () => {
      expect(await acquireTimerLease(known, deps)).toBe(true);
      return (await knownOf(watch.state, ACCOUNT)).latest()?.timer?.until;
    };
    expect(await acquire()).toBe(NOW + LEASE_DURATION);
    now += LEASE_DURATION / 2 - SECOND;
    watch.forget();
    expect(await acquire()).toBe(NOW + LEASE_DURATION);
    expect(watch.saves).toEqual([]);
    now += 2 * SECOND;
    expect(await acquire()).toBe(now + LEASE_DURATION);
  });
});
