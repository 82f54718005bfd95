// replicate() makes each copy once: with lost answers, killed instances, a lost state, any switch.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import type { Fault } from "../../emulator/settings/faults.ts";
import { ALL_SWITCHES, type Switches } from "../../emulator/settings/switches.ts";
import type { RequestRecord } from "../../emulator/world/types.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { nextCheck } from "../../lib/report/summary.ts";
import { policy, SETTLE } from "../support/builders.ts";
import { copiesOf } from "../support/records.ts";
import { ENGINES, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";
import { base, golden, MINUTE, makeSharedImage, READY, states } from "./reconcile-world.ts";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

/** Every value of every switch that is not its default, with the name of the switch. */
const UNUSUAL = Object.entries(ALL_SWITCHES).flatMap(([name, { values, default: usual }]) =>
  values.filter((value) => value !== usual).map((value) => [name, value] as const),
);

/** The switches of a world in which every switch has its n-th unusual value, or its last one. */
function unusualWorld(nth: number): Partial<Switches> {
  return Object.fromEntries(
    Object.entries(ALL_SWITCHES).map(([name, { values, default: usual }]) => {
      const others = (values as readonly (string | number)[]).filter((value) => value !== usual);
      return [name, others[Math.min(nth, others.length - 1)] ?? usual];
    }),
  );
}

/**
 * Copies a custom and a shared image, sweeps again, loses the state, and sweeps once more: each
 * copy is made once.
 */
async function copyOnce(switches: Partial<Switches>, engine: (typeof ENGINES)[number]): Promise<void> {
  await t.close();
  t = await testWorld({ switches }, engine);
  t.bake({ tags: { team: "web" }, description: "as baked" });
  makeSharedImage(t);
  const instance = t.instance([golden, base]);
  const report = await t.settle(instance);
  expect(states(report.copies)).toEqual([...READY, "ap-guangzhou ready", "ap-shanghai ready"].sort());
  expect(report.run.problems).toEqual([]);
  expect(
    t
      .copies()
      .map((line) => line.replace(/^\S+ → /, ""))
      .sort(),
  ).toEqual(
    [
      ...["ap-beijing", "ap-shanghai", "ap-singapore"].map((r) => `${r}: golden-web`),
      "ap-guangzhou: base-os",
      "ap-shanghai: base-os",
    ].sort(),
  );
  const again = await replicate(sweep, instance);
  expect(again.plan.actions).toEqual([]);

  instance.state = await t.forget();
  const calls = t.world.requests.filter(
    (r) => r.action !== "DescribeImages" && r.action !== "GetCallerIdentity",
  ).length;
  expect(states((await replicate(sweep, instance)).copies)).toEqual(states(report.copies));
  expect(
    t.world.requests.filter((r) => r.action !== "DescribeImages" && r.action !== "GetCallerIdentity"),
  ).toHaveLength(calls);
}

it.each(UNUSUAL)("makes each copy once and finishes it when %s is %s", async (name, value) => {
  await copyOnce({ [name]: value }, "embedded");
});

describe.each(ENGINES)("with an %s state", (engine) => {
  it("makes each copy once and finishes it, with the default of every switch", () => copyOnce({}, engine));

  /** Three worlds: each unusual value occurs in at least one of them. */
  it.each([0, 1, 2])("makes each copy once and finishes it, with every switch at its unusual value %i", async (nth) => {
    await copyOnce(unusualWorld(nth), engine);
  });

  it("keeps exactly one copy of each image while two regions copy to each other, for ten sweeps", async () => {
    await t.close();
    t = await testWorld({}, engine);
    t.bake({ count: 3 });
    t.bake({ region: "ap-shanghai", name: "golden-db", count: 2 });
    const select = { type: "custom" as const, name: ["*"] };
    const instance = t.instance([
      policy({ name: "forward", select, to: ["ap-shanghai"] }),
      policy({ name: "back", select, from: ["ap-shanghai"], to: ["ap-guangzhou"] }),
    ]);
    for (let i = 0; i < 10; i += 1) {
      await t.settle(instance);
      t.pass(10 * MINUTE);
    }
    expect(t.copies()).toHaveLength(5);
    expect(new Set(t.copies()).size).toBe(5);
    expect(t.syncs()).toBe(5);
  });
});

describe("a call whose answer is lost", () => {
  const faults: [string, Fault["effect"]][] = [
    ["the connection breaks after the effect", { kind: "drop-after" }],
    ["the connection breaks before the effect", { kind: "drop-before" }],
    ["it is HTTP 502 after the effect", { kind: "http", status: 502, after: true }],
    ["it is HTTP 502 before the effect", { kind: "http", status: 502 }],
    ["it is not JSON", { kind: "not-json" }],
    ["it is InternalError after the effect", { kind: "error", code: "InternalError", after: true }],
    ["it is InternalError before the effect", { kind: "error", code: "InternalError" }],
    ["it is an unknown error code, after the effect", { kind: "error", code: "Unheard.Of", after: true }],
    ["it leaves out two destinations", { kind: "lose-image-set", count: 2 }],
  ];

  it.each(faults)("does not lead to a second copy if %s, however late the copy is visible", async (_, effect) => {
    for (const copyVisibleAfterMs of [0, SETTLE - 1000]) {
      await t.close();
      t = await testWorld({ switches: { copyVisibleAfterMs } });
      t.bake();
      addFault(t.world, { match: { action: "SyncImages", dryRun: false }, effect });
      const report = await t.settle(t.instance([golden]));
      expect(states(report.copies)).toEqual(READY);
      expect(t.copies()).toHaveLength(3);
    }
  });

  it("is not repeated before SETTLE has passed", async () => {
    t.bake();
    addFault(t.world, { match: { action: "SyncImages", dryRun: false }, effect: { kind: "drop-before" } });
    const instance = t.instance([golden]);
    await replicate(sweep, instance);
    t.pass(SETTLE - 1000);
    await replicate(poll, instance);
    const isDryRun = ({ params }: RequestRecord) => (params as { DryRun?: boolean }).DryRun === true;
    expect(t.world.requests.filter((r) => r.action === "SyncImages" && !isDryRun(r))).toHaveLength(1);
    t.pass(1000);
    await replicate(poll, instance);
    expect((await copiesOf(t.state, "100000000001")).map((copy) => copy.phase)).toEqual([
      "retrying",
      "retrying",
      "retrying",
    ]);
    t.pass(30_000);
    await replicate(poll, instance);
    expect(t.syncs()).toBe(1);
  });
});

describe("an instance that is killed", () => {
  it("between claim and call: another instance makes the copy once no request can arrive any more", async () => {
    t.bake();
    const killed = t.instance([golden]);
    killed.cloud = { ...killed.cloud, syncImage: () => Promise.reject(new Error("killed")) };
    await expect(replicate(sweep, killed)).rejects.toThrow("killed");
    const other = t.instance([golden]);
    t.pass(8 * MINUTE);
    await replicate(sweep, other);
    expect(t.syncs()).toBe(0);
    t.pass(30_000);
    expect(states((await t.settle(other)).copies)).toEqual(READY);
    expect(t.copies()).toHaveLength(3);
  });

  it("after the effect and before its record: another instance finds the copy", async () => {
    t.bake();
    const killed = t.instance([golden]);
    const { cloud } = killed;
    killed.cloud = {
      ...cloud,
      syncImage: (request) => cloud.syncImage(request).then(() => Promise.reject(new Error("killed"))),
    };
    await expect(replicate(sweep, killed)).rejects.toThrow("killed");
    expect(states((await t.settle(t.instance([golden]))).copies)).toEqual(READY);
    expect(t.syncs()).toBe(1);
  });

  it("is replaced after SETTLE if it is known to be dead", async () => {
    t.bake();
    const killed = t.instance([golden], { me: { id: "dead", host: "here", pid: 1 } });
    killed.cloud = { ...killed.cloud, syncImage: () => Promise.reject(new Error("killed")) };
    await expect(replicate(sweep, killed)).rejects.toThrow("killed");
    const other = t.instance([golden], { isDead: ({ id }) => id === "dead" });
    await replicate(poll, other);
    expect(t.syncs()).toBe(0);
    t.pass(SETTLE);
    await replicate(poll, other);
    expect(t.syncs()).toBe(1);
  });
});

describe("six instances at the same time", () => {
  it("make each copy once", async () => {
    t.bake({ count: 5 });
    const instances = Array.from({ length: 6 }, () => t.instance([golden]));
    await Promise.all(instances.map((instance) => replicate(sweep, instance)));
    await Promise.all(instances.map((instance) => t.settle(instance, 30)));
    expect(t.copies()).toHaveLength(15);
    expect(new Set(t.copies()).size).toBe(15);
  });
});

describe("a lost state", () => {
  it("does not lead to a second copy while the copy of a request is not visible yet", async () => {
    await t.close();
    t = await testWorld({ switches: { copyVisibleAfterMs: SETTLE - 1000 } });
    t.bake({ count: 2 });
    const first = t.instance([golden]);
    await replicate({ ...sweep, only: (key) => key.region !== "ap-beijing" }, first);
    t.pass(SETTLE);
    await replicate(sweep, first);
    await t.forget();
    const report = await t.settle(t.instance([golden]));
    expect(states(report.copies)).toEqual([...READY, ...READY].sort());
    expect(t.copies()).toHaveLength(6);
  });

  it("delays copies that were never requested until no earlier request can arrive any more", async () => {
    t.bake({ count: 2 });
    const [first] = t.bake({ name: "golden-first" });
    await t.settle(t.instance([policy({ select: { type: "custom", name: ["golden-first"] } })]));
    expect(first).toBeDefined();
    await t.forget();
    const instance = t.instance([golden]);
    const report = await replicate(sweep, instance);
    expect(report.copies.filter((c) => c.phase === "waiting" && c.reason.code === "unknown-after-loss")).toHaveLength(
      7,
    );
    expect(nextCheck(report.copies, instance.now())).toBe(instance.now() + 30_000 + 300_000 + 2 * 60_000 + SETTLE);
    expect((await t.settle(instance)).copies.every((c) => c.phase === "ready")).toBe(true);
    expect(t.copies()).toHaveLength(9);
  });
});
