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
  prune: { minAge: HOUR, delete: true },
});

let s: Story;
beforeEach(async () => {
  s = await story();
});
afterEach(() => s.t.close());

it("a bad image is ignored, its family is rolled back everywhere, and its copies are pruned but where they are used", {
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
  // The source is its owner's: this program changes no image that it has not made.
  expect(report.remarks).toMatchObject([{ code: "source-left" }]);
  expect(s.image(FACTORY, HOME, "golden-2")).toMatchObject({ family: "golden", deprecated: false });
  for (const region of REGIONS) expect(s.pointed(FACTORY, region, "golden")).toBe("golden-1");

  const reports = await s.pass(3, [program]);
  for (const region of REGIONS) expect(s.pointed(FACTORY, region, "golden")).toBe("golden-1");
  expect(s.names(FACTORY, "ap-shanghai")).toEqual(["golden-1"]);
  expect(s.names(FACTORY, "ap-beijing")).toEqual(["golden-1", "golden-2"]);
  const { plan } = await replicate({ ...sweep, dryRun: true }, program);
  expect(plan.retained).toMatchObject([
    { reason: { code: "in-use", text: `the image is used by instance ${instance.id}` } },
  ]);
  expect(reports[0]?.problems).toEqual([]);

  removeUser(s.t.world, "ap-beijing", instance.id);
  await s.pass(1, [program]);
  expect(s.names(FACTORY, "ap-beijing")).toEqual(["golden-1"]);
  expect(s.names(FACTORY, HOME)).toEqual(["golden-1", "golden-2"]);

  // The next version is published as ever.
  s.t.pass(24 * HOUR);
  s.bake("golden-3", "golden");
  await s.pass(2, [program]);
  for (const region of REGIONS) expect(s.pointed(FACTORY, region, "golden")).toBe("golden-3");
  expect(good.deprecated).toBe(false);
});

it("a rollback lasts, though the bad image is still selected and the state is lost", { timeout: 120_000 }, async () => {
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

it("copies of a deprecated source are deprecated, and no longer when it is not", { timeout: 120_000 }, async () => {
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

it("a copy that is under way while its version is rolled back is not published when it is finished, nor when it is made again", {
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

  // Whoever takes the mark away takes the rollback back; nothing else has to be done.
  for (const region of REGIONS) {
    const image = s.image(FACTORY, region, "golden-2");
    const tags = Object.fromEntries([...tagsOf(image as StoredImage)].filter(([key]) => key !== ROLLED_BACK_TAG));
    if (image) changeImage(s.t.world, image, { tags });
  }
  await s.pass(1, [program]);
  for (const region of REGIONS) expect(s.pointed(FACTORY, region, "golden")).toBe("golden-2");
});

it("asked for twice, a rollback goes back one version; asked to go further, two", { timeout: 120_000 }, async () => {
  const program = s.program(FACTORY, [golden]);
  for (const name of ["golden-1", "golden-2", "golden-3"]) {
    s.t.pass(24 * HOUR);
    s.bake(name, "golden");
    await s.pass(2, [program]);
  }
  for (const order of [{}, {}, { dryRun: true }]) {
    const report = await rollback("golden", order, program);
    expect(report.problems).toEqual([]);
    for (const region of REGIONS) expect(s.pointed(FACTORY, region, "golden")).toBe("golden-2");
  }
  expect((await rollback("golden", { further: true }, program)).regions.map(({ done }) => done)).toEqual([true, true]);
  for (const region of REGIONS) expect(s.pointed(FACTORY, region, "golden")).toBe("golden-1");
});

it("a former version that nobody wanted any more, and that was shared with nobody, is shared again", {
  timeout: 120_000,
}, async () => {
  const select = { ...golden.select, newest: 1 };
  const program = s.program(FACTORY, [{ ...golden, select, prune: { minAge: HOUR, delete: true } }]);
  s.bake("golden-1", "golden");
  await s.pass(2, [program]);
  const former = REGIONS.map((region) => s.image(FACTORY, region, "golden-1") as StoredImage);
  // In use, it is kept; but for a moment nobody else could have it.
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

it.each(["the answer is lost with which it is taken away", "the process ends before it gives it back"])(
  "a share that is in the way for a moment is given back though %s, and drift is only reported",
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
    const ends = async () => {
      throw new Error("killed");
    };
    dying.cloud.unshare = async (...args) => {
      const answer = await program.cloud.unshare(...args);
      if (isLost) throw lost;
      return answer;
    };
    if (!isLost) dying.cloud.share = ends;
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
