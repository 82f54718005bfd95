// A bad image: recalled, its family rolled back, and its copies pruned.
import { afterEach, beforeEach, expect, it } from "vitest";
import { changeImage, deleteImage, shareImage } from "../../emulator/control/console.ts";
import { type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import { makeUser, removeUser } from "../../emulator/world/image-users.ts";
import { setQuota } from "../../emulator/world/world.ts";
import { CloudError } from "../../lib/model/errors.ts";
import { IGNORE_TAG, ROLLED_BACK_TAG } from "../../lib/model/identity.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { rollback } from "../../lib/replicator/rollback-family.ts";
import { copySettings, policy } from "../support/builders.ts";
import { sweep } from "../support/world.ts";
import { FACTORY, HOME, HOUR, type Story, story, TEAMS } from "./story.ts";

const REGIONS = ["ap-shanghai", "ap-beijing"];
const golden = policy({
  to: REGIONS,
  select: { type: "custom", name: ["golden-*"], newest: 3 },
  copy: copySettings({ family: "inherit", shareWith: TEAMS.slice(0, 1) }),
  prune: { minAge: HOUR, delete: true, shared: "delete" },
});

let s: Story;
beforeEach(async () => {
  s = await story();
});
afterEach(() => s.t.close());

it("a bad image is recalled, its family is rolled back in all regions, and its copies are pruned unless in use", {
  timeout: 120_000,
}, async () => {
  const program = s.program(FACTORY, [golden]);
  const good = s.bake("golden-1", "golden");
  await s.pass(2, [program]);
  s.t.pass(24 * HOUR);
  const bad = s.bake("golden-2", "golden");
  await s.pass(2, [program]);
  for (const region of REGIONS) expect(s.pointed(FACTORY, region, "golden")).toBe("golden-2");
  const inUse = s.image(FACTORY, "ap-beijing", "golden-2");
  const instance = makeUser(s.t.world, { kind: "instance", region: "ap-beijing", imageIds: [inUse?.imageId ?? ""] });

  changeImage(s.t.world, bad, { tags: { [IGNORE_TAG]: "boots into a shell" } });
  const before = s.t.world.requests.length;
  expect(await rollback("golden", { dryRun: true }, program)).toMatchObject({
    regions: [{ done: false }, { done: false }],
  });
  const writes = s.t.world.requests.slice(before).filter(({ effects }) => effects.length > 0);
  expect(writes).toEqual([]);

  const report = await rollback("golden", {}, program);
  expect(report.regions.map(({ region, from, to, done }) => [region, from.name, to.name, done]).sort()).toEqual([
    ["ap-beijing", "golden-2", "golden-1", true],
    ["ap-shanghai", "golden-2", "golden-1", true],
  ]);
  // The program does not change the source: it only changes images that it made.
  expect(report.remarks).toMatchObject([{ code: "source-left" }]);
  expect(s.image(FACTORY, HOME, "golden-2")).toMatchObject({ family: "golden", deprecated: false });
  for (const region of REGIONS) expect(s.pointed(FACTORY, region, "golden")).toBe("golden-1");

  const reports = await s.pass(3, [program]);
  for (const region of REGIONS) expect(s.pointed(FACTORY, region, "golden")).toBe("golden-1");
  expect(s.names(FACTORY, "ap-shanghai")).toEqual(["golden-1"]);
  expect(s.names(FACTORY, "ap-beijing")).toEqual(["golden-1", "golden-2"]);
  const { plan } = await replicate({ ...sweep, mode: "dry-run" }, program);
  expect(plan.retained).toMatchObject([
    { reason: { code: "in-use", text: `the image is used by instance ${instance.id}` } },
  ]);
  expect(reports[0]?.problems).toEqual([]);

  removeUser(s.t.world, "ap-beijing", instance.id);
  await s.pass(1, [program]);
  expect(s.names(FACTORY, "ap-beijing")).toEqual(["golden-1"]);
  expect(s.names(FACTORY, HOME)).toEqual(["golden-1", "golden-2"]);

  // The next version is published as usual.
  s.t.pass(24 * HOUR);
  s.bake("golden-3", "golden");
  await s.pass(2, [program]);
  for (const region of REGIONS) expect(s.pointed(FACTORY, region, "golden")).toBe("golden-3");
  expect(good.deprecated).toBe(false);
});

it("a rollback lasts if the bad image is still selected, and if the state is lost", { timeout: 120_000 }, async () => {
  let program = s.program(FACTORY, [golden]);
  s.bake("golden-1", "golden");
  await s.pass(2, [program]);
  s.t.pass(24 * HOUR);
  s.bake("golden-2", "golden");
  await s.pass(2, [program]);
  expect((await rollback("golden", {}, program)).regions).toHaveLength(2);
  await s.t.forget();
  program = s.program(FACTORY, [golden]);
  await s.pass(2, [program]);
  for (const region of REGIONS) {
    expect(s.pointed(FACTORY, region, "golden")).toBe("golden-1");
    expect(s.names(FACTORY, region)).toEqual(["golden-1", "golden-2"]);
  }
});

it("copies are deprecated as long as their source is deprecated", { timeout: 120_000 }, async () => {
  const program = s.program(FACTORY, [{ ...golden, prune: { minAge: 0, delete: false } }]);
  const root = s.bake("golden-1", "golden");
  await s.pass(2, [program]);
  changeImage(s.t.world, root, { deprecated: true });
  await s.pass(1, [program]);
  for (const region of REGIONS) expect(s.image(FACTORY, region, "golden-1")).toMatchObject({ deprecated: true });
  changeImage(s.t.world, root, { deprecated: false });
  await s.pass(1, [program]);
  for (const region of REGIONS) expect(s.image(FACTORY, region, "golden-1")).toMatchObject({ deprecated: false });
});

it("a copy in progress during a rollback of its version is not published when it is finished or made again", {
  timeout: 120_000,
}, async () => {
  const program = s.program(FACTORY, [golden]);
  s.bake("golden-1", "golden");
  await s.pass(2, [program]);
  s.t.pass(24 * HOUR);
  setQuota(s.t.world, "ap-beijing", 1);
  s.bake("golden-2", "golden");
  await s.pass(2, [program]);
  const { regions, remarks } = await rollback("golden", {}, program);
  expect(regions.map(({ region, done }) => [region, done])).toEqual([["ap-shanghai", true]]);
  expect(remarks.map(({ code }) => code)).toContain("unfinished");
  setQuota(s.t.world, "ap-beijing", 5);
  await s.pass(2, [program], () => expect(s.pointed(FACTORY, "ap-beijing", "golden")).toBe("golden-1"));
  expect(s.image(FACTORY, "ap-beijing", "golden-2")).toMatchObject({ family: "", deprecated: true });
  for (const region of REGIONS) {
    const image = s.image(FACTORY, region, "golden-2");
    if (image) deleteImage(s.t.world, image);
  }
  await s.pass(2, [program], () => expect(s.pointed(FACTORY, "ap-beijing", "golden")).toBe("golden-1"));
  for (const region of REGIONS) expect(s.names(FACTORY, region)).toEqual(["golden-1", "golden-2"]);

  // Removing the mark by hand cancels the rollback.
  for (const region of REGIONS) {
    const image = s.image(FACTORY, region, "golden-2");
    const tags = Object.fromEntries([...tagsOf(image as StoredImage)].filter(([key]) => key !== ROLLED_BACK_TAG));
    if (image) changeImage(s.t.world, image, { tags });
  }
  await s.pass(1, [program]);
  for (const region of REGIONS) expect(s.pointed(FACTORY, region, "golden")).toBe("golden-2");
});

it("a repeated rollback goes back one version; with `further` it goes back two", { timeout: 120_000 }, async () => {
  const program = s.program(FACTORY, [golden]);
  for (const name of ["golden-1", "golden-2", "golden-3"]) {
    s.t.pass(24 * HOUR);
    s.bake(name, "golden");
    await s.pass(2, [program]);
  }
  for (const options of [{}, {}, { dryRun: true }]) {
    const report = await rollback("golden", options, program);
    expect(report.problems).toEqual([]);
    for (const region of REGIONS) expect(s.pointed(FACTORY, region, "golden")).toBe("golden-2");
  }
  expect((await rollback("golden", { further: true }, program)).regions.map(({ done }) => done)).toEqual([true, true]);
  for (const region of REGIONS) expect(s.pointed(FACTORY, region, "golden")).toBe("golden-1");
  // There is nothing older: that is a problem, and not the success of an earlier rollback.
  const last = await rollback("golden", { further: true }, program);
  expect(last.regions).toEqual([]);
  expect(last.problems.map(({ code }) => code)).toEqual(["no-previous-version", "no-previous-version"]);
  for (const region of REGIONS) expect(s.pointed(FACTORY, region, "golden")).toBe("golden-1");
});

it("a rollback shares an older version again that was orphaned and unshared", {
  timeout: 120_000,
}, async () => {
  const select = { ...golden.select, newest: 1 };
  const program = s.program(FACTORY, [{ ...golden, select, prune: { minAge: HOUR, delete: true, shared: "delete" } }]);
  s.bake("golden-1", "golden");
  await s.pass(2, [program]);
  const former = REGIONS.map((region) => s.image(FACTORY, region, "golden-1") as StoredImage);
  // The images are in use, so they are not pruned; below they are unshared.
  for (const { region, imageId } of former) makeUser(s.t.world, { kind: "instance", region, imageIds: [imageId] });
  s.t.pass(24 * HOUR);
  s.bake("golden-2", "golden");
  await s.pass(2, [program]);
  for (const image of former) shareImage(s.t.world, image, [TEAMS[0] ?? ""], "CANCEL");
  await rollback("golden", {}, program);
  await s.pass(1, [program]);
  for (const { shares } of former) expect([...shares.keys()]).toEqual([TEAMS[0]]);
  for (const region of REGIONS) expect(s.pointed(FACTORY, region, "golden")).toBe("golden-1");
});

it.each(["the answer of the unshare call is lost", "the process ends before it shares the image again"])(
  "an image unshared for a modification is shared again even if %s, and even if drift is only reported",
  { timeout: 120_000 },
  async (what) => {
    const program = s.program(FACTORY, [{ ...golden, onDrift: "report" }]);
    s.bake("golden-1", "golden");
    await s.pass(2, [program]);
    s.t.pass(24 * HOUR);
    s.bake("golden-2", "golden");
    await s.pass(2, [program]);
    const dying = { ...program, cloud: { ...program.cloud } };
    const lost = new CloudError({
      action: "ModifyImageSharePermission",
      code: "Network",
      text: storedText("the connection was lost"),
      outcome: "retry",
      effect: "unknown",
      about: "call",
    });
    const isLost = what.startsWith("the answer");
    const die = async () => {
      throw new Error("killed");
    };
    dying.cloud.unshare = async (...args) => {
      const answer = await program.cloud.unshare(...args);
      if (isLost) throw lost;
      return answer;
    };
    if (!isLost) dying.cloud.share = die;
    await rollback("golden", {}, dying).catch((error: Error) => expect(error.message).toBe("killed"));
    for (const region of REGIONS) {
      const { shares } = s.image(FACTORY, region, "golden-2") as StoredImage;
      if (isLost) expect([...shares.keys()]).toEqual([TEAMS[0]]);
    }
    await s.pass(1, [program]);
    for (const region of REGIONS) {
      expect([...(s.image(FACTORY, region, "golden-2") as StoredImage).shares.keys()]).toEqual([TEAMS[0]]);
      expect(s.pointed(FACTORY, region, "golden")).toBe("golden-1");
    }
  },
);
