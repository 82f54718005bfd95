// Three teams copy a golden image of the factory, switch to a new version, and prune the old one.
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeImages } from "../../emulator/control/console.ts";
import { setQuota } from "../../emulator/world/world.ts";
import { copySettings, policy } from "../support/builders.ts";
import { FACTORY, HOME, HOUR, type Story, story, TEAMS } from "./story.ts";

const HUB = "ap-shanghai";
const FULL = "ap-chengdu";

/**
 * The factory copies its images to one more region and shares them there, in all regions at once.
 */
const factoryPolicy = policy({
  name: "factory",
  select: { type: "custom", name: ["golden-*"], newest: 1 },
  to: [HUB],
  copy: copySettings({ family: "inherit", publish: "together", shareWith: TEAMS }),
  prune: { minAge: HOUR, delete: true, shared: "delete" },
});
/**
 * Each team copies the images that the factory shares with it to three regions, under its own
 * family.
 */
const teamPolicy = policy({
  name: "team",
  from: [HUB],
  select: { type: "shared", creator: [FACTORY], newest: 1 },
  to: [HUB, "ap-beijing", FULL],
  copy: copySettings({ family: "base", publish: "together", tags: { inherit: false, set: { team: "us" } } }),
  prune: { minAge: HOUR, delete: true, shared: "delete" },
});

let s: Story;
beforeEach(async () => {
  s = await story();
});
afterEach(() => s.t.close());

it("a golden image reaches three teams; a new version replaces it in all regions at once, and the old one is pruned", {
  timeout: 120_000,
}, async () => {
  const programs = [s.program(FACTORY, [factoryPolicy]), ...TEAMS.map((team) => s.program(team, [teamPolicy]))];
  // One region of one team is full from the beginning.
  const [fullTeam = ""] = TEAMS;
  setQuota(s.t.world, FULL, 2);
  makeImages(s.t.world, { region: FULL, name: "manual", account: fullTeam, count: 2 });

  s.bake("golden-1", "golden");
  const reports = await s.pass(3, programs);
  expect(s.pointed(FACTORY, HUB, "golden")).toBe("golden-1");
  expect([...(s.image(FACTORY, HUB, "golden-1")?.shares.keys() ?? [])].sort()).toEqual([...TEAMS].sort());
  for (const team of TEAMS) {
    expect(s.names(team, HUB)).toEqual(["golden-1"]);
    expect(s.pointed(team, "ap-beijing", "base")).toBe("golden-1");
    expect(s.pointed(team, FULL, "base")).toBe(team === fullTeam ? undefined : "golden-1");
  }
  // The full region is reported with its quota and usage, and does not delay the other regions.
  const blockedCopy = reports[1]?.copies.find(({ key }) => key.region === FULL);
  expect(blockedCopy).toMatchObject({
    phase: "blocked",
    reason: { code: "quota", text: `${FULL} holds 2 of at most 2 custom images` },
  });

  s.t.pass(24 * HOUR);
  s.bake("golden-2", "golden");
  const pointed: (string | undefined)[] = [];
  await s.pass(4, programs, () => {
    for (const team of TEAMS) {
      const [hub, beijing] = [s.pointed(team, HUB, "base"), s.pointed(team, "ap-beijing", "base")];
      expect(hub).toBe(beijing);
      pointed.push(hub);
    }
  });
  // The family always points to an image, and never back to an older one.
  expect([...new Set(pointed)]).toEqual(["golden-1", "golden-2"]);
  for (const team of TEAMS) {
    expect(s.pointed(team, HUB, "base")).toBe("golden-2");
    expect(s.pointed(team, "ap-beijing", "base")).toBe("golden-2");
    // Orphaned copies are deleted with their snapshots; images made by hand stay.
    expect(s.names(team, "ap-beijing")).toEqual(["golden-2"]);
    expect(s.names(team, HUB)).toEqual(["golden-2"]);
  }
  expect(s.names(FACTORY, HUB)).toEqual(["golden-2"]);
  expect(s.names(FACTORY, HOME)).toEqual(["golden-1", "golden-2"]);
  expect(s.t.world.leftSnapshots).toEqual([]);
  expect(s.names(fullTeam, FULL)).toEqual(["manual-1", "manual-2"]);

  setQuota(s.t.world, FULL, 3);
  await s.pass(2, programs);
  expect(s.names(fullTeam, FULL)).toEqual(["golden-2", "manual-1", "manual-2"]);
  expect(s.pointed(fullTeam, FULL, "base")).toBe("golden-2");
});
