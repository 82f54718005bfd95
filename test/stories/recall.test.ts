import { afterEach, beforeEach, expect, it } from "vitest";
import { changeImage } from "../../emulator/console.ts";
import { makeUser, removeUser } from "../../emulator/users.ts";
import { IGNORE_TAG } from "../../lib/core/mark.ts";
import { replicate } from "../../lib/shell/replicate.ts";
import { rollback } from "../../lib/shell/rollback.ts";
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
  expect(await rollback("golden", { dryRun: true }, program)).toMatchObject({ regions: [{ done: false }, { done: false }] });
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
  expect(plan.kept).toMatchObject([{ reason: { code: "in-use", text: `it is used by instance ${instance.id}` } }]);
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
