// An image of another account is copied into its own region first, and kept if it is unshared.
import { afterEach, beforeEach, expect, it } from "vitest";
import { deleteImage, makeImages, shareImage } from "../../emulator/control/console.ts";
import type { StoredImage } from "../../emulator/world/image.ts";
import { copySettings, policy } from "../support/builders.ts";
import { FACTORY, HOME, HOUR, type Story, story, TEAMS } from "./story.ts";

const [TEAM = "", STRANGER = ""] = TEAMS;
const copyShared = policy({
  name: "base",
  select: { type: "shared", creator: [FACTORY], newest: 1 },
  to: ["ap-shanghai", "ap-beijing"],
  copy: copySettings({ family: "base", shareWith: [STRANGER] }),
  prune: { minAge: HOUR, delete: true },
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

it("a shared image that is unshared is reported and keeps its copies, until a newer image replaces it", {
  timeout: 60_000,
}, async () => {
  const root = shared("base-1");
  const program = s.program(TEAM, [copyShared]);
  await s.pass(2, [program]);
  shareImage(s.t.world, root, [TEAM], "CANCEL", true);
  const [report] = await s.pass(3, [program]);
  expect(report?.copies.map(({ state }) => state)).toEqual(["ready", "ready", "ready"]);
  expect(report?.problems).toMatchObject([{ code: "source-revoked" }]);
  for (const region of [HOME, ...copyShared.to]) expect(s.names(TEAM, region)).toEqual(["base-1"]);

  shared("base-2");
  const [later] = await s.pass(5, [program]);
  for (const region of [HOME, ...copyShared.to]) expect(s.names(TEAM, region)).toEqual(["base-2"]);
  expect(later?.problems).toEqual([]);
});

it("a shared image that is unshared while it is copied keeps the running copy, and gets no further copies", {
  timeout: 60_000,
}, async () => {
  const root = shared("base-1");
  const program = s.program(TEAM, [copyShared]);
  await s.pass(0.1, [program]);
  shareImage(s.t.world, root, [TEAM], "CANCEL", true);
  const [report] = await s.pass(2, [program]);
  expect(report?.copies.map(({ key, state }) => [key.region, state]).sort()).toEqual([
    ["ap-beijing", "retired"],
    [HOME, "ready"],
    ["ap-shanghai", "retired"],
  ]);
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
