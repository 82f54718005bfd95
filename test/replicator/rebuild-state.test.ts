import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Cloud } from "../../lib/model/ports.ts";
import type { Copy } from "../../lib/model/types.ts";
import { rebuild } from "../../lib/replicator/rebuild-state.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT, policy, SETTLE } from "../support/builders.ts";
import { gate } from "../support/gate.ts";
import { type Instance, sweep, type TestWorld, testWorld } from "../support/world.ts";

/** A state is forgotten and found again while others work with it: no copy may be made twice, whoever stops where. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** From a claim until nothing of its call can be unseen any more. */
const UNKNOWN = 30 * SECOND + 300 * SECOND + 2 * 60 * SECOND + SETTLE;
const one = policy({ to: ["ap-shanghai"] });
const three = policy({ to: ["ap-shanghai", "ap-beijing", "ap-nanjing"] });

let t: TestWorld;
beforeEach(async () => {
  // Nothing shows before it has to.
  t = await testWorld({ switches: { copyVisibleAfterMs: SETTLE - SECOND } });
  // The account is not new: nothing is unknown when a test begins.
  await replicate(sweep, t.instance([one]));
  t.pass(20 * MINUTE);
});
afterEach(() => t.close());

const states = (copies: readonly Copy[]) => copies.map((copy) => `${copy.key.region} ${copy.state}`).sort();
const changes = () => t.world.requests.filter(({ effects }) => effects.length > 0).length;
const record = () => t.state.account(ACCOUNT);
const noCallIsSent = async (order = sweep) => {
  const before = changes();
  await replicate(order, t.instance([one]));
  expect(changes()).toBe(before);
};

/** Everything goes on until it is done, and there is one copy of each image. */
async function endsWithOneCopyEach(images = 1): Promise<void> {
  const report = await t.settle(t.instance([one]), 60);
  expect(states(report.copies)).toEqual(Array.from({ length: images }, () => "ap-shanghai ready"));
  expect(t.copies()).toHaveLength(images);
  expect(report.run.problems).toEqual([]);
}

/** An instance whose n-th use of a verb of its state stops before or after its work. */
function stopsAt(verb: "saveCopy" | "account" | "saveAccount" | "forget", when: "before" | "after", nth = 1) {
  const instance = t.instance([one]);
  const { state } = t;
  const here = gate();
  let uses = 0;
  const verbs = state as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const slow = async (...args: unknown[]) => {
    const stops = ++uses === nth;
    if (stops && when === "before") await here.pass();
    const answer = await verbs[verb]?.(...args);
    if (stops && when === "after") await here.pass();
    return answer;
  };
  instance.state = { ...state, [verb]: slow };
  return { instance, here };
}

/** An instance that stops where its request is about to leave. */
function stopsAtSend(): { instance: Instance; here: ReturnType<typeof gate> } {
  const instance = t.instance([one]);
  const { cloud } = instance;
  const here = gate();
  const syncImage: Cloud["syncImage"] = (request) => here.pass().then(() => cloud.syncImage(request));
  instance.cloud = { ...cloud, syncImage };
  return { instance, here };
}

describe("a rebuild", () => {
  it("finds what is ready and what is unfinished, waits for what it does not see, and changes nothing", async () => {
    const instance = t.instance([three]);
    t.bake();
    await t.settle(instance, 60);
    t.bake({ name: "golden-db" });
    await replicate(sweep, instance);
    // They are NORMAL, and would be tagged and named now.
    t.pass(40 * MINUTE);
    t.bake({ name: "golden-new" });
    const before = changes();
    const report = await rebuild(t.instance([three]));
    expect(changes()).toBe(before);
    const inEach = (state: string) => ["ap-beijing", "ap-nanjing", "ap-shanghai"].map((region) => `${region} ${state}`);
    expect(states(report.copies)).toEqual([...inEach("ready"), ...inEach("finishing"), ...inEach("waiting")].sort());
    expect(report.copies.filter((c) => "reason" in c && c.reason.code === "unknown-after-loss")).toHaveLength(3);
    expect((await t.state.runs(ACCOUNT, 1))[0]).toMatchObject({ why: "rebuild" });
    expect(states((await t.settle(instance, 60)).copies)).toEqual(
      [...inEach("ready"), ...inEach("ready"), ...inEach("ready")].sort(),
    );
    expect(t.copies()).toHaveLength(9);
    expect(t.syncs()).toBe(3);
  });

  it("works where nothing is remembered: what is not seen waits all the same", async () => {
    t.bake();
    await t.forget();
    expect(states((await rebuild(t.instance([one]))).copies)).toEqual(["ap-shanghai waiting"]);
    expect((await record())?.uncertainUntil).toBe(t.instance([]).now() + UNKNOWN);
    await noCallIsSent();
    await endsWithOneCopyEach();
  });

  it("can be done again after it ended at any point", async () => {
    t.bake();
    await replicate(sweep, t.instance([one]));
    for (const [verb, when, nth] of [
      ["saveAccount", "before", 1],
      ["saveAccount", "after", 1],
      ["forget", "before", 1],
      ["forget", "after", 1],
      ["saveAccount", "after", 2],
    ] as const) {
      const { instance, here } = stopsAt(verb, when, nth);
      const dying = rebuild(instance);
      await here.reached;
      await noCallIsSent();
      void dying;
    }
    t.pass(SECOND);
    await rebuild(t.instance([one]));
    await noCallIsSent();
    await endsWithOneCopyEach();
    expect(t.syncs()).toBe(1);
  });
});

describe("whoever planned before a rebuild", () => {
  it.each([
    ["before", "a copy that nobody had met"],
    ["before", "a copy that was met before"],
    ["after", "a copy that nobody had met"],
    ["after", "a copy that was met before"],
  ] as const)("and stops %s its claim of %s, sends nothing", async (when, what) => {
    const known = what === "a copy that was met before";
    t.bake(known ? { state: "CREATING", minutes: 1 } : {});
    if (known) {
      expect(states((await replicate(sweep, t.instance([one]))).copies)).toEqual(["ap-shanghai waiting"]);
      t.pass(2 * MINUTE);
    }
    const { instance, here } = stopsAt("saveCopy", when);
    const run = replicate(sweep, instance);
    await here.reached;
    await rebuild(t.instance([one]));
    here.open();
    await run;
    expect(t.syncs()).toBe(0);
    await noCallIsSent();
    t.pass(UNKNOWN - SECOND);
    await noCallIsSent();
    await endsWithOneCopyEach();
  });

  it("and was there when the account was met, in this very moment, sends nothing", async () => {
    await t.close();
    t = await testWorld();
    t.bake();
    const { instance, here } = stopsAt("saveCopy", "after");
    const run = replicate(sweep, instance);
    await here.reached;
    await rebuild(t.instance([one]));
    here.open();
    await run;
    expect(t.syncs()).toBe(0);
    await endsWithOneCopyEach();
  });

  it("and sends at the last moment, is followed by nobody until its copy must show", async () => {
    t.bake();
    const { instance, here } = stopsAtSend();
    const run = replicate(sweep, instance);
    await here.reached;
    const found = await rebuild(t.instance([one]));
    expect(states(found.copies)).toEqual(["ap-shanghai waiting"]);
    for (let waited = 0; waited < 5; waited += 1) {
      t.pass(6 * SECOND);
      await noCallIsSent();
    }
    here.open();
    await run;
    expect(t.syncs()).toBe(1);
    t.pass(SETTLE - 2 * SECOND);
    await noCallIsSent();
    await endsWithOneCopyEach();
    expect(t.syncs()).toBe(1);
  });

  it("and wakes up when all is over, takes nobody's claim away", async () => {
    t.bake({ state: "CREATING", minutes: 1 });
    await replicate(sweep, t.instance([one]));
    // It is about to write down that the copy waits for something else.
    const late = await t.state.copies(ACCOUNT);
    await rebuild(t.instance([one]));
    t.pass(UNKNOWN + SECOND);
    const { instance, here } = stopsAtSend();
    const run = replicate(sweep, instance);
    await here.reached;
    for (const copy of late) {
      for (let version = 0; version < 4; version += 1)
        expect(await t.state.saveCopy({ ...copy, version: copy.version + version })).toBeUndefined();
    }
    here.open();
    await run;
    await endsWithOneCopyEach();
    expect(t.syncs()).toBe(1);
  });
});

describe("whoever plans in the middle of a rebuild", () => {
  it.each([
    ["before the copies are forgotten", "before"],
    ["when they are forgotten", "after"],
  ] as const)("waits for what was there before, %s", async (_, when) => {
    t.bake();
    const { instance, here } = stopsAt("forget", when);
    const rebuilt = rebuild(instance);
    await here.reached;
    await noCallIsSent();
    t.pass(5 * MINUTE);
    await noCallIsSent();
    here.open();
    await rebuilt;
    await noCallIsSent();
    await endsWithOneCopyEach();
    expect(t.syncs()).toBe(1);
  });

  it.each([
    ["before the copies are forgotten", "before"],
    ["when they are forgotten", "after"],
  ] as const)("sends nothing for an image that is new, either, however slow the database is, %s", async (_, when) => {
    const { instance, here } = stopsAt("forget", when);
    const rebuilt = rebuild(instance);
    await here.reached;
    t.pass(20 * MINUTE);
    t.bake();
    t.pass(20 * MINUTE);
    await noCallIsSent();
    here.open();
    await rebuilt;
    await noCallIsSent();
    await endsWithOneCopyEach();
    expect(t.syncs()).toBe(1);
  });

  it("goes on after an hour where the rebuild was killed", async () => {
    t.bake();
    const { instance, here } = stopsAt("forget", "before");
    void rebuild(instance);
    await here.reached;
    await noCallIsSent();
    t.pass(60 * MINUTE + UNKNOWN);
    await endsWithOneCopyEach();
  });

  it("is told when another rebuild is under way", async () => {
    const { instance, here } = stopsAt("forget", "before");
    const first = rebuild(instance);
    await here.reached;
    const second = stopsAt("forget", "before");
    const other = rebuild(second.instance);
    await second.here.reached;
    here.open();
    await expect(first).rejects.toThrow("is being rebuilt by another process");
    second.here.open();
    await other;
    await noCallIsSent();
  });

  it("waits anew for what another rebuild forgets late", async () => {
    const { instance, here } = stopsAt("forget", "before");
    const late = rebuild(instance);
    await here.reached;
    await rebuild(t.instance([one]));
    t.pass(2 * MINUTE);
    t.bake();
    await replicate(sweep, t.instance([one]));
    expect(t.syncs()).toBe(1);
    here.open();
    await late;
    await noCallIsSent();
    await endsWithOneCopyEach();
    expect(t.syncs()).toBe(1);
  });
});

describe("a state that has copies and no record of its account", () => {
  it("counts as lost: what is not seen waits", async () => {
    await t.close();
    t = await testWorld({ switches: { copyVisibleAfterMs: SETTLE - SECOND } });
    t.bake({ state: "CREATING", minutes: 1 });
    await replicate(sweep, t.instance([one]));
    const [copy] = await t.state.copies(ACCOUNT);
    await t.forget();
    if (copy) await t.state.saveCopy({ ...copy, version: 0 });
    t.pass(2 * MINUTE);
    await noCallIsSent();
    expect((await record())?.uncertainUntil).toBe(t.instance([]).now() + UNKNOWN);
    await endsWithOneCopyEach();
  });
});
