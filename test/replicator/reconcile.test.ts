import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { changeImage, deleteImage, makeImages, shareImage } from "../../emulator/control/console.ts";
import { ALL_SWITCHES, type Switches } from "../../emulator/settings/switches.ts";
import type { Fault } from "../../emulator/world/types.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { nextCheck } from "../../lib/report/summary.ts";
import { copySettings, policy, SETTLE } from "../support/builders.ts";
import { ENGINES, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

const MINUTE = 60_000;
const golden = policy({ to: ["ap-shanghai", "ap-beijing", "ap-singapore"], crossBorder: "approved" });
const base = policy({ name: "base", select: { type: "shared", creator: ["100000000002"] }, to: ["ap-shanghai"] });

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

const states = (copies: readonly { key: { region: string }; state: string }[]) =>
  copies.map((copy) => `${copy.key.region} ${copy.state}`).sort();
const READY = ["ap-beijing ready", "ap-shanghai ready", "ap-singapore ready"];
const sharedWithUs = () => {
  const [image] = makeImages(t.world, {
    region: "ap-guangzhou",
    name: "base-os",
    account: "100000000002",
    sizeGiB: 20,
  });
  if (image) shareImage(t.world, image, ["100000000001"]);
  return image;
};

/** Every value of every switch that is not its default, with the name of the switch. */
const UNUSUAL = Object.entries(ALL_SWITCHES).flatMap(([name, { values, default: usual }]) =>
  values.filter((value) => value !== usual).map((value) => [name, value] as const),
);

/** A world in which every switch has its unusual value of that number, or its last one. */
function unusualWorld(nth: number): Partial<Switches> {
  return Object.fromEntries(
    Object.entries(ALL_SWITCHES).map(([name, { values, default: usual }]) => {
      const others = (values as readonly (string | number)[]).filter((value) => value !== usual);
      return [name, others[Math.min(nth, others.length - 1)] ?? usual];
    }),
  );
}

/** Copies an own and a shared image, sweeps again, loses the state, and sweeps once more: each copy is made once. */
async function copyOnce(switches: Partial<Switches>, engine: (typeof ENGINES)[number]): Promise<void> {
  await t.close();
  t = await testWorld({ switches }, engine);
  t.bake({ tags: { team: "web" }, description: "as baked" });
  sharedWithUs();
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
  instance.journal = t.state;
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

  /** So many worlds that each unusual value occurs in one of them. */
  it.each([0, 1, 2])("makes each copy once and finishes it, with every switch at its unusual value %i", async (nth) => {
    await copyOnce(unusualWorld(nth), engine);
  });

  it("keeps exactly one of each in a pair that replicates to each other, for ten sweeps", async () => {
    await t.close();
    t = await testWorld({}, engine);
    t.bake({ count: 3 });
    t.bake({ region: "ap-shanghai", name: "golden-db", count: 2 });
    const select = { type: "custom" as const, name: ["*"] };
    const instance = t.instance([
      policy({ name: "there", select, to: ["ap-shanghai"] }),
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
    ["it is no JSON", { kind: "not-json" }],
    ["it is InternalError after the effect", { kind: "error", code: "InternalError", after: true }],
    ["it is InternalError before the effect", { kind: "error", code: "InternalError" }],
    ["it is a code that nobody knows, after the effect", { kind: "error", code: "Unheard.Of", after: true }],
    ["it leaves out two destinations", { kind: "lose-image-set", count: 2 }],
  ];

  it.each(faults)("is followed by no second copy when %s, however late the copy shows", async (_, effect) => {
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

  it("is not repeated before SETTLE is over", async () => {
    t.bake();
    addFault(t.world, { match: { action: "SyncImages" }, effect: { kind: "drop-before" } });
    const instance = t.instance([golden]);
    await replicate(sweep, instance);
    t.pass(SETTLE - 1000);
    await replicate(poll, instance);
    expect(t.world.requests.filter((r) => r.action === "SyncImages")).toHaveLength(1);
    t.pass(1000);
    await replicate(poll, instance);
    expect((await t.state.copies("100000000001")).map((copy) => copy.state)).toEqual([
      "retrying",
      "retrying",
      "retrying",
    ]);
    t.pass(30_000);
    await replicate(poll, instance);
    expect(t.syncs()).toBe(1);
  });
});

describe("an instance that dies", () => {
  it("between claim and call leaves a copy that another makes when no request can come any more", async () => {
    t.bake();
    const dying = t.instance([golden]);
    dying.cloud = { ...dying.cloud, syncImage: () => Promise.reject(new Error("killed")) };
    await expect(replicate(sweep, dying)).rejects.toThrow("killed");
    const other = t.instance([golden]);
    t.pass(8 * MINUTE);
    await replicate(sweep, other);
    expect(t.syncs()).toBe(0);
    t.pass(30_000);
    expect(states((await t.settle(other)).copies)).toEqual(READY);
    expect(t.copies()).toHaveLength(3);
  });

  it("after the effect and before its record leaves a copy that another finds", async () => {
    t.bake();
    const dying = t.instance([golden]);
    const { cloud } = dying;
    dying.cloud = {
      ...cloud,
      syncImage: (request) => cloud.syncImage(request).then(() => Promise.reject(new Error("killed"))),
    };
    await expect(replicate(sweep, dying)).rejects.toThrow("killed");
    expect(states((await t.settle(t.instance([golden]))).copies)).toEqual(READY);
    expect(t.syncs()).toBe(1);
  });

  it("is replaced after SETTLE where its death is proven", async () => {
    t.bake();
    const dying = t.instance([golden], { me: { id: "dead", host: "here", pid: 1 } });
    dying.cloud = { ...dying.cloud, syncImage: () => Promise.reject(new Error("killed")) };
    await expect(replicate(sweep, dying)).rejects.toThrow("killed");
    const other = t.instance([golden], { isDead: ({ id }) => id === "dead" });
    await replicate(poll, other);
    expect(t.syncs()).toBe(0);
    t.pass(SETTLE);
    await replicate(poll, other);
    expect(t.syncs()).toBe(1);
  });
});

describe("instances at the same time", () => {
  it("share the work and make each copy once", async () => {
    t.bake({ count: 5 });
    const instances = Array.from({ length: 6 }, () => t.instance([golden]));
    await Promise.all(instances.map((instance) => replicate(sweep, instance)));
    await Promise.all(instances.map((instance) => t.settle(instance, 30)));
    expect(t.copies()).toHaveLength(15);
    expect(new Set(t.copies()).size).toBe(15);
  });
});

describe("a state that is lost", () => {
  it("while a request is under way that nobody sees yet makes no second copy", async () => {
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

  it("makes what was never asked for when nothing can be under way any more", async () => {
    t.bake({ count: 2 });
    const [first] = t.bake({ name: "golden-first" });
    await t.settle(t.instance([policy({ select: { type: "custom", name: ["golden-first"] } })]));
    expect(first).toBeDefined();
    await t.forget();
    const instance = t.instance([golden]);
    const report = await replicate(sweep, instance);
    expect(report.copies.filter((c) => c.state === "waiting" && c.reason.code === "unknown-after-loss")).toHaveLength(
      7,
    );
    expect(nextCheck(report.copies, instance.now())).toBe(instance.now() + 30_000 + 300_000 + 2 * 60_000 + SETTLE);
    expect((await t.settle(instance)).copies.every((c) => c.state === "ready")).toBe(true);
    expect(t.copies()).toHaveLength(9);
  });
});

describe("one destination that makes the call fail", () => {
  it.each(["success", "error"] as const)(
    "does not hold up the others (a dry run answers with %s)",
    async (dryRunAnswer) => {
      await t.close();
      t = await testWorld({ unsyncableRegions: ["ap-beijing"], switches: { dryRunAnswer } });
      t.bake();
      const report = await t.settle(t.instance([golden]), 30);
      expect(states(report.copies)).toEqual(["ap-beijing blocked", "ap-shanghai ready", "ap-singapore ready"]);
      expect(t.syncs()).toBe(1);
    },
  );

  it("is asked for again when what blocked it has gone", async () => {
    await t.close();
    t = await testWorld({ quota: 3 });
    const room = makeImages(t.world, { region: "ap-beijing", name: "full", count: 3 });
    t.bake();
    const instance = t.instance([golden]);
    const blocked = await t.settle(instance, 30);
    expect(states(blocked.copies)).toEqual(["ap-beijing blocked", "ap-shanghai ready", "ap-singapore ready"]);
    for (const image of room) deleteImage(t.world, image);
    t.pass(10 * MINUTE);
    expect(states((await t.settle(instance)).copies)).toEqual(READY);
  });
});

describe("a copy that goes wrong", () => {
  it("is made again when the cloud gives up, under the next number", async () => {
    t.bake();
    addFault(t.world, {
      match: { action: "SyncImages" },
      effect: { kind: "fail-copy", percent: 40, destination: "ap-beijing" },
    });
    const report = await t.settle(t.instance([golden]), 60);
    expect(states(report.copies)).toEqual(READY);
    const beijing = report.copies.find((copy) => copy.key.region === "ap-beijing");
    expect(beijing).toMatchObject({ claimCount: 2, attempts: 0 });
  });

  it("fails for good when the policy's attempts are used up", async () => {
    t.bake();
    addFault(t.world, {
      match: { action: "SyncImages", times: 0 },
      effect: { kind: "fail-copy", percent: 40, destination: "ap-beijing" },
    });
    const report = await t.settle(t.instance([{ ...golden, attempts: 2 }]), 100);
    expect(states(report.copies)).toEqual(["ap-beijing failed", "ap-shanghai ready", "ap-singapore ready"]);
  });

  it("is blocked when it is stuck, and says since when", async () => {
    t.bake();
    addFault(t.world, {
      match: { action: "SyncImages" },
      effect: { kind: "stick-copy", percent: 40, destination: "ap-beijing" },
    });
    const report = await t.settle(t.instance([golden]), 120);
    expect(states(report.copies)).toEqual(["ap-beijing blocked", "ap-shanghai ready", "ap-singapore ready"]);
    expect(report.copies.find((copy) => copy.state === "blocked")).toMatchObject({ reason: { code: "stuck" } });
  });

  it("is made again when somebody deletes it, but only after it was missed twice", async () => {
    t.bake();
    const instance = t.instance([golden]);
    await t.settle(instance);
    const [gone] = [...(t.world.images.get("ap-beijing")?.values() ?? [])].filter((image) => image.copiedFrom);
    if (gone) deleteImage(t.world, gone);
    await replicate(sweep, instance);
    expect(t.syncs()).toBe(1);
    t.pass(SETTLE + MINUTE);
    await t.settle(instance);
    expect(t.copies()).toHaveLength(3);
    expect(t.syncs()).toBe(2);
  });

  it("keeps its token when its tags cannot be set", async () => {
    t.bake();
    addFault(t.world, {
      match: { action: "TagResources", times: 0 },
      effect: { kind: "error", code: "UnauthorizedOperation" },
    });
    const instance = t.instance([golden]);
    const report = await t.settle(instance, 40);
    expect(report.copies.map((copy) => copy.state)).toEqual(["blocked", "blocked", "blocked"]);
    for (const line of t.copies()) expect(line).toContain("--copying-");
    endFaults(t.world);
    expect(states((await t.settle(instance)).copies)).toEqual(READY);
  });
});

describe("a source", () => {
  it("that is busy with copies is asked again when it is not, for the destination that came later", async () => {
    t.bake();
    await replicate(sweep, t.instance([policy({ to: ["ap-shanghai"] })]));
    const instance = t.instance([policy({ to: ["ap-shanghai", "ap-beijing"] })]);
    const report = await t.settle(instance, 60);
    expect(states(report.copies)).toEqual(["ap-beijing ready", "ap-shanghai ready"]);
    expect(report.copies.every((copy) => copy.attempts === 0 && copy.claimCount === 1)).toBe(true);
  });

  it("that is recalled with the ignore tag gets no more copies", async () => {
    const [image] = t.bake();
    if (image) changeImage(t.world, image, { tags: { "cvm-replicator:ignore": "yes" } });
    await t.settle(t.instance([golden]), 2);
    expect(t.syncs()).toBe(0);
  });

  it("named by an event while it is CREATING is waited for by the poller, with no sweep", async () => {
    const [image] = t.bake({ state: "CREATING" });
    const instance = t.instance([golden]);
    await replicate(sweep, instance);
    const named = { region: image?.region ?? "", imageId: image?.imageId ?? "" };
    await replicate({ why: "event", scope: { kind: "images", images: [named] } }, instance);
    for (let i = 0; i < 60; i += 1) {
      t.pass(MINUTE);
      await replicate(poll, instance);
    }
    expect(states(await t.state.copies("100000000001"))).toEqual(READY);
  });
});

describe("a run", () => {
  it("plans and changes nothing when it is dry", async () => {
    t.bake();
    const report = await replicate({ ...sweep, dryRun: true }, t.instance([golden]));
    expect(report.plan.actions.filter((action) => action.do === "send")).toHaveLength(1);
    expect(await t.state.copies("100000000001")).toEqual([]);
    expect(await t.state.account("100000000001")).toBeUndefined();
    expect(t.world.requests.every((r) => r.action.startsWith("Describe") || r.action.startsWith("Get"))).toBe(true);
  });

  it("begins nothing that would not end before its deadline, and says so", async () => {
    t.bake();
    const instance = t.instance([golden]);
    const late = { ...instance, stopAt: () => instance.now() + 5_000 };
    const report = await replicate(sweep, late);
    expect(report.run.stoppedEarly).toBe(true);
    expect(t.syncs()).toBe(0);
    expect(states((await t.settle(instance)).copies)).toEqual(READY);
  });

  it("is one at a time: two at once on one replicator are refused", async () => {
    t.bake();
    const instance = t.instance([golden]);
    const first = replicate(sweep, instance);
    await expect(replicate(sweep, instance)).rejects.toThrow("one run at a time");
    await first;
  });

  it("goes on in the other regions when one cannot be read", async () => {
    t.bake();
    addFault(t.world, {
      match: { action: "DescribeImages", region: "ap-beijing", times: 0 },
      effect: { kind: "error", code: "UnauthorizedOperation" },
    });
    const instance = t.instance([golden]);
    const born = await replicate(sweep, instance);
    expect(born.run.problems).toMatchObject([{ code: "unreadable-UnauthorizedOperation" }]);
    const report = await t.settle(instance);
    expect(states(report.copies)).toEqual(["ap-beijing waiting", "ap-shanghai ready", "ap-singapore ready"]);
  });

  it("explains in the journal every call that changed something", async () => {
    t.bake();
    await t.settle(t.instance([golden]));
    const entries = await t.state.entries("100000000001", 1000);
    const told = new Set(entries.map((entry) => entry.requestId));
    const changes = t.world.requests.filter((r) => !r.action.startsWith("Describe") && !r.action.startsWith("Get"));
    expect(changes.length).toBeGreaterThan(6);
    for (const { requestId } of changes) expect(told).toContain(requestId);
  });
});

describe("what people do meanwhile", () => {
  const adopting = policy({ to: ["ap-shanghai"], existing: "adopt" });
  const theirs = () =>
    makeImages(t.world, { region: "ap-shanghai", name: "golden-web", sizeGiB: 20, createdAt: t.world.now() });

  it("an adopted image is never changed, though its source is deselected and selected again", async () => {
    const [root] = t.bake({ createdAt: t.world.now() - MINUTE });
    theirs();
    const instance = t.instance([adopting]);
    await t.settle(instance);
    if (root) changeImage(t.world, root, { tags: { "cvm-replicator:ignore": "yes" } });
    expect(states((await replicate(sweep, instance)).copies)).toEqual(["ap-shanghai retired"]);
    if (root) changeImage(t.world, root, { tags: {} });
    const report = await replicate(sweep, instance);
    expect(report.copies).toMatchObject([{ state: "ready", adopted: true }]);
    const writes = t.world.requests.filter((r) =>
      ["TagResources", "ModifyImageAttribute", "SyncImages"].includes(r.action),
    );
    expect(writes).toEqual([]);
  });

  it("one image is adopted as the copy of one source only", async () => {
    t.bake({ createdAt: t.world.now() - MINUTE });
    t.bake({ region: "ap-chengdu", createdAt: t.world.now() - MINUTE });
    theirs();
    const instance = t.instance([{ ...adopting, from: ["ap-guangzhou", "ap-chengdu"] }]);
    await replicate(sweep, instance);
    const report = await replicate(sweep, instance);
    expect(states(report.copies)).toEqual(["ap-shanghai blocked", "ap-shanghai ready"]);
  });

  it("a source that failed takes no place among the newest", async () => {
    t.bake({ createdAt: t.world.now() - MINUTE });
    t.bake({ name: "golden-broken", state: "CREATEFAILED" });
    const instance = t.instance([{ ...golden, select: { ...golden.select, newest: 1 } }]);
    const report = await t.settle(instance);
    expect(states(report.copies)).toEqual(READY);
  });

  it("the second step of a chain waits while its first is made anew", async () => {
    sharedWithUs();
    const instance = t.instance([{ ...base, to: ["ap-shanghai"] }]);
    addFault(t.world, { match: { action: "SyncImages", nth: 2 }, effect: { kind: "fail-copy", percent: 40 } });
    await replicate(sweep, instance);
    for (let i = 0; i < 40; i += 1) {
      t.pass(MINUTE);
      const { copies } = await replicate(poll, instance);
      const first = copies.find((copy) => copy.key.region === "ap-guangzhou" && copy.state === "ready");
      if (copies.some((copy) => copy.state === "retrying") && first?.state === "ready") {
        deleteImage(t.world, { region: "ap-guangzhou", imageId: first.imageId });
        break;
      }
    }
    const report = await t.settle(instance, 120);
    expect(states(report.copies)).toEqual(["ap-guangzhou ready", "ap-shanghai ready"]);
  });

  it("copies that fail and vanish together are no mass deletion, and are made again", async () => {
    await t.close();
    t = await testWorld({ switches: { failedCopyState: "vanishes" } });
    t.bake({ count: 2 });
    addFault(t.world, { match: { action: "SyncImages", times: 2 }, effect: { kind: "fail-copy", percent: 40 } });
    const report = await t.settle(t.instance([golden]), 60);
    expect(states(report.copies)).toEqual([...READY, ...READY].sort());
  });

  it("a corrected policy frees a copy that its old tags had blocked", async () => {
    t.bake();
    const wrong = { ...golden, copy: copySettings({ tags: { inherit: false, set: { "bad key*": "x" } } }) };
    addFault(t.world, {
      match: { action: "TagResources", times: 0 },
      effect: { kind: "error", code: "InvalidParameterValue.TagKeyCharacterIllegal" },
    });
    await t.settle(t.instance([wrong]), 40);
    endFaults(t.world);
    const report = await t.settle(t.instance([golden]));
    expect(states(report.copies)).toEqual(READY);
    expect(JSON.stringify(t.world.requests.filter((r) => r.action === "TagResources").at(-1)?.params)).not.toContain(
      "bad key",
    );
  });

  it("an instance that slept over a recall sends nothing for what it saw before", async () => {
    const [root] = t.bake();
    const sleeper = t.instance([golden]);
    const { state } = sleeper;
    let slept = false;
    sleeper.state = {
      ...state,
      saveAccount: async (record) => {
        if (!slept && root) {
          slept = true;
          t.pass(8 * 60 * MINUTE);
          changeImage(t.world, root, { tags: { "cvm-replicator:ignore": "yes" } });
        }
        return state.saveAccount(record);
      },
    };
    await replicate(sweep, sleeper);
    expect(t.syncs()).toBe(0);
  });

  it("copies that failed for good are tried again when the policy allows more attempts", async () => {
    t.bake();
    addFault(t.world, { match: { action: "SyncImages", times: 0 }, effect: { kind: "fail-copy", percent: 40 } });
    const failed = await t.settle(t.instance([{ ...golden, attempts: 1 }]), 40);
    expect(failed.copies.every((copy) => copy.state === "failed")).toBe(true);
    endFaults(t.world);
    expect(states((await t.settle(t.instance([{ ...golden, attempts: 2 }]))).copies)).toEqual(READY);
  });
});
