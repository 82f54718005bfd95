// A rebuild while other processes plan, claim and send: no copy is made twice, wherever a process stops.

import { describe, expect, it } from "vitest";
import { rebuild } from "../../lib/replicator/rebuild-state.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT, SETTLE } from "../support/builders.ts";
import { copiesOf, saveCopy } from "../support/records.ts";
import { sweep } from "../support/world.ts";
import {
  expectNoCall,
  expectOneCopyEach,
  MINUTE,
  newWorld,
  one,
  SECOND,
  states,
  stopsAt,
  stopsAtSend,
  t,
  UNKNOWN,
  useRebuildWorld,
} from "./rebuild-world.ts";

useRebuildWorld();

describe("a process that planned before a rebuild", () => {
  it.each([
    ["before", "a new copy"],
    ["before", "a recorded copy"],
    ["after", "a new copy"],
    ["after", "a recorded copy"],
  ] as const)("sends nothing if it stops %s its claim of %s", async (when, what) => {
    const isRecorded = what === "a recorded copy";
    t.bake(isRecorded ? { state: "CREATING", minutes: 1 } : {});
    if (isRecorded) {
      expect(states((await replicate(sweep, t.instance([one]))).copies)).toEqual(["ap-shanghai waiting"]);
      t.pass(2 * MINUTE);
    }
    const { instance, here } = stopsAt("save copies", when);
    const run = replicate(sweep, instance);
    await here.reached;
    await rebuild(t.instance([one]));
    here.open();
    await run;
    expect(t.syncs()).toBe(0);
    await expectNoCall();
    t.pass(UNKNOWN - SECOND);
    await expectNoCall();
    await expectOneCopyEach();
  });

  it("sends nothing if it recorded the account in the same millisecond", async () => {
    await newWorld({});
    t.bake();
    const { instance, here } = stopsAt("save copies", "after");
    const run = replicate(sweep, instance);
    await here.reached;
    await rebuild(t.instance([one]));
    here.open();
    await run;
    expect(t.syncs()).toBe(0);
    await expectOneCopyEach();
  });

  it("is followed by no second request if it sends late, until its copy must be visible", async () => {
    t.bake();
    const { instance, here } = stopsAtSend();
    const run = replicate(sweep, instance);
    await here.reached;
    const rebuilt = await rebuild(t.instance([one]));
    expect(states(rebuilt.copies)).toEqual(["ap-shanghai waiting"]);
    for (let waited = 0; waited < 5; waited += 1) {
      t.pass(6 * SECOND);
      await expectNoCall();
    }
    here.open();
    await run;
    expect(t.syncs()).toBe(1);
    t.pass(SETTLE - 2 * SECOND);
    await expectNoCall();
    await expectOneCopyEach();
    expect(t.syncs()).toBe(1);
  });

  it("replaces no new claim if it wakes up after the rebuild", async () => {
    t.bake({ state: "CREATING", minutes: 1 });
    await replicate(sweep, t.instance([one]));
    // These are the records that the process read; it is about to replace them.
    const outdated = await copiesOf(t.state, ACCOUNT);
    await rebuild(t.instance([one]));
    t.pass(UNKNOWN + SECOND);
    const { instance, here } = stopsAtSend();
    const run = replicate(sweep, instance);
    await here.reached;
    for (const copy of outdated) {
      for (let version = 0; version < 4; version += 1)
        expect(await saveCopy(t.state, { ...copy, version: copy.version + version })).toBeUndefined();
    }
    here.open();
    await run;
    await expectOneCopyEach();
    expect(t.syncs()).toBe(1);
  });
});

describe("a process that plans during a rebuild", () => {
  it.each([
    ["before the copies are forgotten", "before"],
    ["after the copies are forgotten", "after"],
  ] as const)("waits for copies from before the rebuild, %s", async (_, when) => {
    t.bake();
    const { instance, here } = stopsAt("forget", when);
    const rebuilt = rebuild(instance);
    await here.reached;
    await expectNoCall();
    t.pass(5 * MINUTE);
    await expectNoCall();
    here.open();
    await rebuilt;
    await expectNoCall();
    await expectOneCopyEach();
    expect(t.syncs()).toBe(1);
  });

  it.each([
    ["before the copies are forgotten", "before"],
    ["after the copies are forgotten", "after"],
  ] as const)("sends nothing for a new image, however slow the database is, %s", async (_, when) => {
    const { instance, here } = stopsAt("forget", when);
    const rebuilt = rebuild(instance);
    await here.reached;
    t.pass(20 * MINUTE);
    t.bake();
    t.pass(20 * MINUTE);
    await expectNoCall();
    here.open();
    await rebuilt;
    await expectNoCall();
    await expectOneCopyEach();
    expect(t.syncs()).toBe(1);
  });

  it("continues after an hour if the rebuild was killed", async () => {
    t.bake();
    const { instance, here } = stopsAt("forget", "before");
    void rebuild(instance);
    await here.reached;
    await expectNoCall();
    t.pass(60 * MINUTE + UNKNOWN);
    await expectOneCopyEach();
  });

  it("fails with an error if it is a rebuild and another one is in progress", async () => {
    const { instance, here } = stopsAt("forget", "before");
    const first = rebuild(instance);
    await here.reached;
    const second = stopsAt("forget", "before");
    const other = rebuild(second.instance);
    await second.here.reached;
    here.open();
    await expect(first).rejects.toThrow(
      `the state of account ${ACCOUNT} is being rebuilt by another process; run it again`,
    );
    second.here.open();
    await other;
    await expectNoCall();
  });

  it("waits again for claims that another rebuild forgets late", async () => {
    const { instance, here } = stopsAt("forget", "before");
    const lateRebuild = rebuild(instance);
    await here.reached;
    await rebuild(t.instance([one]));
    t.pass(2 * MINUTE);
    t.bake();
    await replicate(sweep, t.instance([one]));
    expect(t.syncs()).toBe(1);
    here.open();
    await lateRebuild;
    await expectNoCall();
    await expectOneCopyEach();
    expect(t.syncs()).toBe(1);
  });
});
