// A rebuild finds the copies again, changes nothing, and can be killed and repeated.

import { describe, expect, it } from "vitest";
import { rebuild } from "../../lib/replicator/rebuild-state.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT } from "../support/builders.ts";
import { copiesOf, saveCopy } from "../support/records.ts";
import { sweep } from "../support/world.ts";
import {
  changes,
  expectNoCall,
  expectOneCopyEach,
  MINUTE,
  newWorld,
  one,
  record,
  SECOND,
  states,
  stopsAt,
  t,
  three,
  UNKNOWN,
  useRebuildWorld,
} from "./rebuild-world.ts";

useRebuildWorld();

describe("a rebuild", () => {
  it("finds ready and unfinished copies, waits for copies that it does not see, and changes nothing", async () => {
    const instance = t.instance([three]);
    t.bake();
    await t.settle(instance, 60);
    t.bake({ name: "golden-db" });
    await replicate(sweep, instance);
    // The copies are NORMAL by now; an ordinary run would tag and name them.
    t.pass(40 * MINUTE);
    t.bake({ name: "golden-new" });
    const before = changes();
    const report = await rebuild(t.instance([three]));
    expect(changes()).toBe(before);
    const inEach = (state: string) => ["ap-beijing", "ap-nanjing", "ap-shanghai"].map((region) => `${region} ${state}`);
    expect(states(report.copies)).toEqual([...inEach("ready"), ...inEach("finishing"), ...inEach("waiting")].sort());
    expect(report.copies.filter((c) => "reason" in c && c.reason.code === "unknown-after-loss")).toHaveLength(3);
    expect((await t.state.runs(ACCOUNT, 1))[0]).toMatchObject({ trigger: "rebuild" });
    expect(states((await t.settle(instance, 60)).copies)).toEqual(
      [...inEach("ready"), ...inEach("ready"), ...inEach("ready")].sort(),
    );
    expect(t.copies()).toHaveLength(9);
    expect(t.syncs()).toBe(3);
  });

  it("works with an empty state, and waits for copies that it does not see", async () => {
    t.bake();
    await t.forget();
    expect(states((await rebuild(t.instance([one]))).copies)).toEqual(["ap-shanghai waiting"]);
    expect((await record())?.uncertainUntil).toBe(t.instance([]).now() + UNKNOWN);
    await expectNoCall();
    await expectOneCopyEach();
  });

  it("can be run again after it was killed at any point", async () => {
    t.bake();
    await replicate(sweep, t.instance([one]));
    for (const [verb, when, nth] of [
      ["save record", "before", 1],
      ["save record", "after", 1],
      ["forget", "before", 1],
      ["forget", "after", 1],
      ["save record", "after", 2],
    ] as const) {
      const { instance, here } = stopsAt(verb, when, nth);
      const dying = rebuild(instance);
      await here.reached;
      await expectNoCall();
      void dying;
    }
    t.pass(SECOND);
    await rebuild(t.instance([one]));
    await expectNoCall();
    await expectOneCopyEach();
    expect(t.syncs()).toBe(1);
  });
});

describe("a state that has copies and no account record", () => {
  it("counts as lost, so that copies which are not visible wait", async () => {
    await newWorld();
    t.bake({ state: "CREATING", minutes: 1 });
    await replicate(sweep, t.instance([one]));
    const [copy] = await copiesOf(t.state, ACCOUNT);
    await t.forget();
    if (copy) await saveCopy(t.state, { ...copy, version: 0 });
    t.pass(2 * MINUTE);
    await expectNoCall();
    expect((await record())?.uncertainUntil).toBe(t.instance([]).now() + UNKNOWN);
    await expectOneCopyEach();
  });
});
