// The life of a family: three versions, a failed copy, a rollback, and the loss of the state.
import { expect } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { makeImages, shareImage } from "../../emulator/control/console.ts";
import type { Switches } from "../../emulator/settings/switches.ts";
import { type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import { setQuota } from "../../emulator/world/world.ts";
import type { CopyPhase } from "../../lib/model/types.ts";
import { rollback } from "../../lib/replicator/rollback-family.ts";
import { ACCOUNT } from "../support/builders.ts";
import { baked, DAY, HOME, KEY, MINUTE, OTHER, TEAM, type Trial, trial } from "./setting.ts";

/**
 * A policy file with all features: families that move together, shares, a chain, a description, and
 * pruning.
 */
const FILE = `
version: 1
defaults:
  from: [${HOME}]
  select: {name: ["golden-*"], newest: 2}
  copy: {description: "the golden image", publish: together, tags: {set: {team: web}}}
  prune: {delete: true, minAge: 1h, shared: delete}
policies:
  - {name: open, to: [ap-shanghai, ap-nanjing], copy: {shareWith: ["${TEAM}"]}}
  - {name: secret, to: [ap-beijing], copy: {encrypt: {kmsKeyId: ${KEY}}}}
  - {name: base, select: {type: shared, name: ["base-*"], creator: ["${OTHER}"]}, to: [ap-shanghai], copy: {family: base, shareWith: ["${TEAM}"]}}
`;
const OPEN = ["ap-shanghai", "ap-nanjing"];
const REGIONS = [...OPEN, "ap-beijing"];
export const VERSIONS = ["golden-1", "golden-2", "golden-3"];

const STEP = 4 * MINUTE;
const SETTLED = new Set<CopyPhase>(["ready", "retired", "ended"]);

/**
 * Runs the life of a family under these switches: three versions, a failed copy, a rollback, and
 * the loss of the state.
 */
export async function lifeUnder(switches: Partial<Switches>): Promise<void> {
  const t = await trial(FILE, { switches, copyMinutes: [2, 3] });
  const family = Object.fromEntries(REGIONS.map((region) => [region, [] as string[]]));
  /** Sweeps until no work is left and no copy waits, at most ten times. */
  const live = async (step = STEP) => {
    for (let round = 0; ; round += 1) {
      const report = await t.sweep();
      for (const region of REGIONS) family[region]?.push(t.pointed(region, "golden") ?? "no image");
      const isQuiet = report.plan.actions.length === 0 && report.copies.every(({ phase }) => SETTLED.has(phase));
      if (round > 0 && (isQuiet || round === 9)) return report;
      t.pass(step);
    }
  };
  for (const region of REGIONS) setQuota(t.world, region, 6);
  addFault(t.world, {
    match: { action: "SyncImages", dryRun: false, nth: 2 },
    effect: { kind: "fail-copy", percent: 50 },
  });
  const [base] = makeImages(t.world, { region: HOME, name: "base-1", account: OTHER, sizeGiB: 20 });
  if (base) shareImage(t.world, base, [ACCOUNT]);
  for (const version of VERSIONS) {
    t.pass(DAY);
    baked(t, { name: version, family: "golden", tags: { release: version } });
    await live();
  }
  const { problems } = await live(61 * MINUTE);
  // If images cannot leave a family and the first image is the current one, the program can only
  // report the drift.
  const isUnrepairable = switches.familyPointsTo === "first" && switches.emptyFamily === "ignored";
  expect(problems.map(({ code }) => code)).toEqual(isUnrepairable ? REGIONS.map(() => "drift") : []);
  // A cloud that gives copies the family of their source does so too early, and may not allow to
  // remove it.
  const isEarly = switches.familyCarriedOver === "yes" && switches.emptyFamily === "ignored";
  if (!isUnrepairable && !isEarly)
    for (const region of REGIONS) expect([...new Set(family[region])]).toEqual(["no image", ...VERSIONS]);

  const rolled = await rollback("golden", {}, t.program);
  // The mark of a rollback is a tag. If tags become visible late, a later sweep does the rest of
  // the rollback.
  if (!isUnrepairable && !switches.tagsVisibleAfterMs)
    expect(rolled.regions.map(({ done }) => done)).toEqual([true, true, true]);
  await live();
  expectEnd(t, isUnrepairable ? "golden-1" : "golden-2");
  expect((await t.sweep()).plan.actions).toEqual([]);

  const syncs = t.syncs();
  t.program.state = await t.forget();
  await live();
  expect(t.syncs()).toBe(syncs);
  expectEnd(t, isUnrepairable ? "golden-1" : "golden-2");
}

/**
 * Expects one correct copy of each desired version, and no other image except one that the cloud's
 * family rule keeps.
 */
function expectEnd(t: Trial, pointed: string): void {
  for (const region of REGIONS) {
    expect(t.pointed(region, "golden")).toBe(pointed);
    const finished = t.names(region).filter((name) => !name.includes("--copying-"));
    const retained = pointed === "golden-1" ? ["golden-1"] : [];
    const others = region === "ap-shanghai" ? ["base-1"] : [];
    expect(finished).toEqual([...others, ...retained, "golden-2", "golden-3"]);
    const isOpen = OPEN.includes(region);
    for (const version of ["golden-2", "golden-3"]) {
      const image = t.image(region, version);
      const isBad = version === "golden-3";
      expect(image).toMatchObject({ description: "the golden image", encrypted: !isOpen, deprecated: isBad });
      expect([...(image?.shares.keys() ?? [])]).toEqual(isOpen ? [TEAM] : []);
      expect(Object.fromEntries(tagsOf(image as StoredImage))).toMatchObject({ team: "web", release: version });
    }
  }
  expect(t.pointed("ap-shanghai", "base")).toBe("base-1");
  expect([...(t.image("ap-shanghai", "base-1")?.shares.keys() ?? [])]).toEqual([TEAM]);
  expect(t.image(HOME, "base-1")?.family).toBe("");
}
