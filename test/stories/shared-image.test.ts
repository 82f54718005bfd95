// An image of another account is copied into its own region first, and kept if it is unshared.
import { afterEach, beforeEach, expect, it } from "vitest";
import { changeImage, deleteImage, makeImages, shareImage } from "../../emulator/control/console.ts";
import type { StoredImage } from "../../emulator/world/image.ts";
import { copySettings, policy } from "../support/builders.ts";
import { FACTORY, HOME, HOUR, type Story, story, TEAMS } from "./story.ts";

const [TEAM = "", STRANGER = ""] = TEAMS;
const copyShared = policy({
  name: "base",
  select: { type: "shared", creator: [FACTORY], newest: 1 },
  to: ["ap-shanghai", "ap-beijing"],
  copy: copySettings({ family: "base", shareWith: [STRANGER] }),
  prune: { minAge: HOUR, delete: true, shared: "delete" },
});

let s: Story;
beforeEach(async () => {
  s = await story();
});
afterEach(() => s.t.close());

const shared = (name: string, account = FACTORY, family = ""): StoredImage => {
  const [image] = makeImages(s.t.world, { region: HOME, name, account, family, sizeGiB: 20, silent: true });
  if (!image) throw new Error("no image was made");
  shareImage(s.t.world, image, [TEAM], "SHARE", true);
  return image;
};

it("a shared image is found by a sweep, copied into its own region, and copied from there to the other regions", {
  timeout: 60_000,
}, async () => {
  shared("base-1");
  shared("evil-1", STRANGER);
  const program = s.program(TEAM, [copyShared]);
  await s.pass(2, [program]);
  const first = s.image(TEAM, HOME, "base-1");
  for (const region of copyShared.to) {
    const copy = s.image(TEAM, region, "base-1");
    expect(copy?.copiedFrom).toEqual({ region: HOME, imageId: first?.imageId });
    expect(copy).toMatchObject({ family: "base" });
    expect([...(copy?.shares.keys() ?? [])]).toEqual([STRANGER]);
  }
  // A copy that serves only as a source of others is neither shared nor published.
  expect(first).toMatchObject({ family: "" });
  expect(first?.shares.size).toBe(0);
  expect(s.names(TEAM, "ap-beijing")).toEqual(["base-1"]);
});

it.each(["no", "yes"] as const)(
  "a shared image that its owner rejected by a tag is not copied, tags visible: %s",
  {
    timeout: 60_000,
  },
  async (sharedImageTagsVisible) => {
    Object.assign(s.t.world.switches, { sharedImageTagsVisible });
    changeImage(s.t.world, shared("base-1"), { tags: { release: "approved" }, silent: true });
    changeImage(s.t.world, shared("base-2"), { tags: { release: "rejected" }, silent: true });
    const select = { ...copyShared.select, not: { tags: { release: ["rejected"] } } };
    await s.pass(2, [s.program(TEAM, [{ ...copyShared, select }])]);
    const expected = sharedImageTagsVisible === "yes" ? ["base-1"] : [];
    for (const region of [HOME, ...copyShared.to]) expect(s.names(TEAM, region)).toEqual(expected);
  },
);

it("a shared image that is unshared is reported and keeps its copies, until a newer image replaces it", {
  timeout: 60_000,
}, async () => {
  const root = shared("base-1");
  const program = s.program(TEAM, [copyShared]);
  await s.pass(2, [program]);
  shareImage(s.t.world, root, [TEAM], "CANCEL", true);
  const [report] = await s.pass(3, [program]);
  expect(report?.copies.map(({ phase }) => phase)).toEqual(["ready", "ready", "ready"]);
  expect(report?.problems).toMatchObject([{ code: "source-revoked" }]);
  for (const region of [HOME, ...copyShared.to]) expect(s.names(TEAM, region)).toEqual(["base-1"]);

  shared("base-2");
  const [later] = await s.pass(5, [program]);
  for (const region of [HOME, ...copyShared.to]) expect(s.names(TEAM, region)).toEqual(["base-2"]);
  expect(later?.problems).toEqual([]);
});

it("a shared image that is unshared while it is copied keeps the running copy; the others say that it is not shared", {
  timeout: 60_000,
}, async () => {
  const root = shared("base-1");
  const program = s.program(TEAM, [copyShared]);
  await s.pass(0.1, [program]);
  shareImage(s.t.world, root, [TEAM], "CANCEL", true);
  const [report] = await s.pass(2, [program]);
  expect(report?.copies.map(({ key, phase }) => [key.region, phase]).sort()).toEqual([
    ["ap-beijing", "blocked"],
    [HOME, "ready"],
    ["ap-shanghai", "blocked"],
  ]);
  const reasons = report?.copies.flatMap((copy) => ("reason" in copy ? [copy.reason.code] : []));
  expect(reasons).toEqual(["source-revoked", "source-revoked"]);

  shareImage(s.t.world, root, [TEAM], "SHARE", true);
  await s.pass(2, [program]);
  for (const region of [HOME, ...copyShared.to]) expect(s.names(TEAM, region)).toEqual(["base-1"]);
});

it("an unshared image keeps its copies if an image of another family is newer, and if its first copy is deleted", {
  timeout: 60_000,
}, async () => {
  const db = shared("db-1", FACTORY, "db");
  const program = s.program(TEAM, [copyShared]);
  await s.pass(2, [program]);
  s.t.pass(HOUR);
  shared("web-1", FACTORY, "web");
  await s.pass(2, [program]);
  shareImage(s.t.world, db, [TEAM], "CANCEL", true);
  await s.pass(4, [program]);
  for (const region of [HOME, ...copyShared.to]) expect(s.names(TEAM, region)).toEqual(["db-1", "web-1"]);

  const first = s.image(TEAM, HOME, "db-1");
  if (first) deleteImage(s.t.world, first);
  await s.pass(4, [program]);
  for (const region of copyShared.to) expect(s.names(TEAM, region)).toEqual(["db-1", "web-1"]);
});
