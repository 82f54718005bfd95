// `apply --wait` ends, and not before a sweep finds nothing to do; and its plan counts all of that.
import { afterEach, beforeEach, expect, it } from "vitest";
import { changeImage, makeImages } from "../../emulator/control/console.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { rehearse } from "../../lib/replicator/rehearsal/rehearse.ts";
import { waitOrder } from "../../lib/report/wait-order.ts";
import { copySettings, policy } from "../support/builders.ts";
import { imagesChangedBy } from "../support/changes-made.ts";
import { poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

const MINUTE = 60_000;
let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

const golden = policy({
  to: ["ap-shanghai", "ap-beijing"],
  select: { type: "custom", name: ["golden-*"], newest: 2 },
  copy: copySettings({ family: "inherit" }),
});

/** Runs what `apply --wait` runs. The counts are those of its plan and of the cloud's log. */
async function applyAndWait(policies: readonly Policy[]) {
  const program = t.instance(policies);
  const { observation } = await replicate({ ...sweep, mode: "dry-run" }, program);
  if (!observation) throw new Error("a dry run answers what it observed");
  const { whole: planned } = await rehearse(observation, program);
  const before = t.world.requests.length;
  const deleted = new Set<string>();
  let report = await replicate({ ...sweep, deleted }, program);
  const follow = waitOrder();
  let runs = 1;
  for (let next = follow(report); next !== "end"; next = follow(report)) {
    if (++runs > 100) throw new Error("it does not end");
    t.pass(MINUTE);
    report = await replicate(next === "sweep" ? { ...sweep, deleted } : poll, program);
  }
  return { planned, done: imagesChangedBy(t.world.requests.slice(before)), report, runs };
}

/** The sources that the family points to in the destinations. */
async function leaders(family = "web") {
  const { cloud } = t.instance([golden]);
  const images = [...t.world.images.values()].flatMap((all) => [...all.values()]);
  const ids = await Promise.all(golden.to.map((region) => cloud.familyImage(region, family)));
  return ids.map((id) => images.find(({ imageId }) => imageId === id)?.copiedFrom?.imageId);
}

const bake = (name: string) => {
  const [image] = makeImages(t.world, { region: "ap-guangzhou", name, family: "web", sizeGiB: 20 });
  if (!image) throw new Error("no image was made");
  return image;
};

it("ends after a recall that leaves no other version of the family", async () => {
  const image = bake("golden-1");
  await applyAndWait([golden]);
  changeImage(t.world, image, { deprecated: true });
  const { planned, done, report } = await applyAndWait([golden]);
  expect(planned).toEqual({ created: 0, changed: 2, deleted: 0 });
  expect(done).toEqual(planned);
  expect(report.copies.some((copy) => "repair" in copy && copy.repair)).toBe(false);
});

it("ends once the families point to the newest version again, after a recall is undone", async () => {
  const older = bake("golden-1");
  t.pass(MINUTE);
  const newest = bake("golden-2");
  // The copies of the older version are younger, so that the cloud prefers them.
  await applyAndWait([policy({ ...golden, select: { type: "custom", name: ["golden-2"] } })]);
  t.pass(MINUTE);
  await applyAndWait([golden]);
  changeImage(t.world, newest, { tags: { "cvm-replicator:ignore": "" } });
  await applyAndWait([golden]);
  expect(await leaders()).toEqual([older.imageId, older.imageId]);
  changeImage(t.world, newest, { tags: {} });
  const { planned, done } = await applyAndWait([golden]);
  expect(await leaders()).toEqual([newest.imageId, newest.imageId]);
  expect(planned).toEqual({ created: 0, changed: 4, deleted: 0 });
  expect(done).toEqual(planned);
});

it("ends once the copies that it unshared are deleted", async () => {
  const sharing = policy({
    ...golden,
    copy: copySettings({ shareWith: ["100000000002"] }),
    prune: { ...golden.prune, delete: true, minAge: 0, last: true, shared: "delete" },
    select: { type: "custom", name: ["golden-*"], tags: { keep: ["yes"] } },
  });
  const image = bake("golden-1");
  changeImage(t.world, image, { tags: { keep: "yes" } });
  await applyAndWait([sharing]);
  changeImage(t.world, image, { tags: {} });
  await applyAndWait([sharing]);
  t.pass(10 * MINUTE);
  const { planned, done } = await applyAndWait([sharing]);
  expect(planned).toEqual({ created: 0, changed: 0, deleted: 2 });
  expect(done).toEqual(planned);
});

it("deletes in all its sweeps together no more than one run may", async () => {
  const pruning = policy({ ...golden, to: ["ap-shanghai"], prune: { ...golden.prune, delete: true, minAge: 0 } });
  const images = Array.from({ length: 14 }, (_, n) => bake(`golden-${n}`));
  await applyAndWait([policy({ ...pruning, select: { type: "custom", name: ["golden-*"] } })]);
  expect(images).toHaveLength(14);
  await applyAndWait([pruning]);
  t.pass(10 * MINUTE);
  const { planned, done } = await applyAndWait([
    policy({ ...pruning, select: { type: "custom", name: ["golden-13"] } }),
  ]);
  expect(done).toEqual(planned);
  expect(done.deleted).toBe(10);
});
