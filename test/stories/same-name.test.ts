// A source is rebuilt under one name every day: the new version takes the name, and no region is ever without one.
import { afterEach, beforeEach, expect, it } from "vitest";
import { changeImage, deleteImage } from "../../emulator/control/console.ts";
import type { StoredImage } from "../../emulator/world/image.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { copySettings, policy } from "../support/builders.ts";
import { FACTORY, HOUR, type Story, story, TEAMS } from "./story.ts";

const TO = ["ap-shanghai", "ap-beijing"];
const [TEAM = ""] = TEAMS;
const rebuilt = policy({
  name: "rebuilt",
  select: { type: "custom", name: ["golden-*"], newest: 3 },
  to: TO,
  copy: copySettings({ family: "inherit", publish: "together", shareWith: [TEAM] }),
  prune: { minAge: HOUR, delete: true },
});

let s: Story;
beforeEach(async () => {
  s = await story();
});
afterEach(() => s.t.close());

async function rebuild(before: StoredImage, retire: (image: StoredImage) => void): Promise<void> {
  const program = s.program(FACTORY, [rebuilt]);
  await s.pass(2, [program]);
  const old = new Map(TO.map((region) => [region, s.image(FACTORY, region, "golden-web")]));
  retire(before);
  const made = s.bake("golden-web", "golden");
  await s.pass(3, [program], () => {
    for (const region of TO) expect(s.pointed(FACTORY, region, "golden"), region).toBeDefined();
  });
  for (const region of TO) {
    const image = s.image(FACTORY, region, "golden-web");
    expect(image?.copiedFrom?.imageId, region).toBe(made.imageId);
    expect(s.pointed(FACTORY, region, "golden")).toBe("golden-web");
    expect([...(image?.shares.keys() ?? [])]).toEqual([TEAM]);
    // The name of both moved in one round: shared with our account alone, so it could be renamed.
    expect(old.get(region)?.name).not.toBe("golden-web");
  }
}

it("a source that is deleted and made again is replaced in every region, with its name, family and shares", {
  timeout: 60_000,
}, async () => {
  const first = s.bake("golden-web", "golden");
  await rebuild(first, (image) => deleteImage(s.t.world, image, true));
});

it("a rebuild under one name that never has one policy alone needs a person", { timeout: 60_000 }, async () => {
  const one = { ...rebuilt, to: ["ap-shanghai"] };
  const programs = [one, { ...one, attempts: one.attempts + 1 }].map((each) => s.program(FACTORY, [each]));
  for (const program of programs) program.sweepEvery = HOUR;
  const first = s.bake("golden-web", "golden");
  await s.pass(4, programs.slice(0, 1));
  deleteImage(s.t.world, first, true);
  s.bake("golden-web", "golden");
  const [last] = (await s.pass(3, programs)).slice(-1);
  expect(exitCodeOf(summarise(last?.copies ?? [], last?.problems ?? []))).toBe(3);
  const stuck = last?.copies.flatMap((copy) => (copy.phase === "stuck" ? [copy.reason.code] : []));
  expect(stuck).toEqual(["name-held"]);
  // Once one policy runs alone, the rebuild has the name.
  const [end] = (await s.pass(3, programs.slice(0, 1))).slice(-1);
  expect(exitCodeOf(summarise(end?.copies ?? [], end?.problems ?? []))).toBe(0);
  expect(s.image(FACTORY, "ap-shanghai", "golden-web")?.family).toBe("golden");
});

it("a source that is renamed before the next one is made keeps its copies, under its new name", {
  timeout: 60_000,
}, async () => {
  const first = s.bake("golden-web", "golden");
  await rebuild(first, (image) => changeImage(s.t.world, image, { name: "golden-old", silent: true }));
  for (const region of TO) expect(s.image(FACTORY, region, "golden-old")?.copiedFrom?.imageId).toBe(first.imageId);
});
