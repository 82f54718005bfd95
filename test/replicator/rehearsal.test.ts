// The rehearsal of a plan: what it counts is what `apply --wait` does, and it changes nothing.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { planText } from "../../cli/ui/plan-text.ts";
import { deleteImage } from "../../emulator/control/console.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { rehearsalCloud } from "../../lib/replicator/rehearsal/rehearsal-cloud.ts";
import { rehearse } from "../../lib/replicator/rehearsal/rehearse.ts";
import { viewOf } from "../../lib/report/plan/plan-view.ts";
import { startTally } from "../../lib/report/plan/tally.ts";
import { waitOrder } from "../../lib/report/wait-order.ts";
import { copySettings, policy } from "../support/builders.ts";
import { imagesChangedBy } from "../support/changes-made.ts";
import { copiesOf, recordOf } from "../support/records.ts";
import { type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

const MINUTE = 60_000;
let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

const to = ["ap-shanghai", "ap-beijing"];
const plain = policy({ to, select: { type: "custom", name: ["golden-*"] } });
const encrypting = policy({ ...plain, copy: copySettings({ encrypt: {} }) });
const DRY_RUN = { ...sweep, mode: "dry-run" } as const;

async function planned(program: Instance) {
  const { plan, observation } = await replicate(DRY_RUN, program);
  if (!observation) throw new Error("a dry run answers what it observed");
  const rehearsal = await rehearse(observation, program);
  return { outlook: rehearsal.whole, text: planText(viewOf(plan, { rehearsal })) };
}

/** Runs what `apply --wait` runs, and counts what the cloud's log shows. */
async function done(instance: Instance) {
  const before = t.world.requests.length;
  const tally = startTally();
  const append: Instance["journal"]["append"] = async (entries) => {
    for (const entry of entries) tally.add(entry);
    await instance.journal.append(entries);
  };
  const program = { ...instance, journal: { append } };
  let report = await replicate(sweep, program);
  const follow = waitOrder();
  for (let minute = 0, next = follow(report); minute < 600 && next !== "end"; minute += 1, next = follow(report)) {
    t.pass(MINUTE);
    report = await replicate(next === "sweep" ? sweep : poll, program);
  }
  const counts = imagesChangedBy(t.world.requests.slice(before));
  // What apply reports is what the plan has counted, and what the cloud has seen.
  expect(tally.counts()).toEqual(counts);
  return counts;
}

async function expectSame(policies: readonly Policy[], counts: object): Promise<string> {
  const program = t.instance(policies);
  const { outlook, text } = await planned(program);
  expect(outlook).toEqual(counts);
  expect(await done(program)).toEqual(counts);
  return text;
}

describe("a plan counts what apply does in the end", () => {
  it("with both steps of each encrypted copy, and the deletion of the first", async () => {
    t.bake({ name: "golden-1" });
    const text = await expectSame([encrypting], { created: 4, changed: 0, deleted: 2 });
    expect(text).toContain("Plan: 4 to create, 0 to change, 2 to delete;");
  });

  it("with the copies that wait until their source is NORMAL", async () => {
    t.bake({ name: "golden-1", state: "CREATING" });
    const { outlook } = await planned(t.instance([plain]));
    expect(outlook).toEqual({ created: 2, changed: 0, deleted: 0 });
  });

  it("with the older copies that give up their name when they are replaced, each once", async () => {
    const [first] = t.bake({ name: "golden-1" });
    await done(t.instance([plain]));
    if (first) deleteImage(t.world, first, true);
    t.pass(MINUTE);
    t.bake({ name: "golden-1" });
    await expectSame([plain], { created: 2, changed: 2, deleted: 0 });
  });

  it("with every copy that is repaired, however many calls that takes", async () => {
    t.bake({ name: "golden-1" });
    await done(t.instance([plain]));
    const changed = policy({ ...plain, copy: copySettings({ description: "new", shareWith: ["100000000002"] }) });
    await expectSame([changed], { created: 0, changed: 2, deleted: 0 });
  });

  it("without what a full region does not take", async () => {
    t.bake({ name: "golden-1" });
    t.world.quotas.set("ap-shanghai", 0);
    await expectSame([plain], { created: 1, changed: 0, deleted: 0 });
  });
});

it("a rehearsal calls nothing that changes the cloud, and stores nothing", async () => {
  t.bake({ name: "golden-1" });
  const program = t.instance([encrypting]);
  await planned(program);
  expect(t.world.requests.flatMap(({ effects }) => effects)).toEqual([]);
  expect(await copiesOf(t.state, "100000000001")).toEqual([]);
  expect(await recordOf(t.state, "100000000001")).toBeUndefined();
});

it("a rehearsed family points to the newest image that it has after the calls", async () => {
  const [older] = t.bake({ name: "golden-1", family: "web" });
  t.pass(MINUTE);
  const [newer] = t.bake({ name: "golden-2", family: "web" });
  const program = t.instance([plain]);
  const { observation } = await replicate(DRY_RUN, program);
  if (!observation || !older || !newer) throw new Error("a dry run answers what it observed");
  const cloud = rehearsalCloud(observation, [], program);
  const leader = () => cloud.familyImage(older.region, "web");
  expect(await leader()).toBe(newer.imageId);
  await cloud.modify(newer, { family: "" }, 0);
  expect(await leader()).toBe(older.imageId);
  await cloud.modify(newer, { family: "web" }, 0);
  expect(await leader()).toBe(newer.imageId);
});

it("more intermediate copies than one run deletes are counted all the same", async () => {
  for (let n = 1; n <= 7; n += 1) t.bake({ name: `golden-${n}` });
  await expectSame([encrypting], { created: 28, changed: 0, deleted: 14 });
});

it("a region that cannot be read leaves its copies out, and the rehearsal ends", async () => {
  t.bake({ name: "golden-1" });
  const program = t.instance([plain]);
  const { observation } = await replicate(DRY_RUN, program);
  if (!observation) throw new Error("a dry run answers what it observed");
  const why = { code: "unreadable-Timeout", text: "no answer" as never };
  const regions = new Map([...observation.regions].filter(([region]) => region !== "ap-beijing"));
  const outage = { ...observation, regions, unreadable: new Map([["ap-beijing", why]]) };
  expect((await rehearse(outage, program)).whole).toEqual({ created: 1, changed: 0, deleted: 0 });
});
