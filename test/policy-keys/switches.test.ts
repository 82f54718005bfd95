import { afterEach, describe, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { makeImages, shareImage } from "../../emulator/control/console.ts";
import { ALL_SWITCHES, type Switches, type SwitchName } from "../../emulator/settings/switches.ts";
import { type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import { setQuota } from "../../emulator/world/world.ts";
import type { CopyState } from "../../lib/model/types.ts";
import { rollback } from "../../lib/replicator/rollback-family.ts";
import { ACCOUNT } from "../support/builders.ts";
import { baked, DAY, endTrials, HOME, KEY, MINUTE, OTHER, policyText, TEAM, type Trial, trial } from "./setting.ts";

/** Everything at once: families that move together, shares, a chain, a description, and pruning. */
const FILE = `
version: 1
defaults:
  from: [${HOME}]
  select: {name: ["golden-*"], newest: 2}
  copy: {description: "the golden image", publish: together, tags: {set: {team: web}}}
  prune: {delete: true, minAge: 1h}
policies:
  - {name: open, to: [ap-shanghai, ap-nanjing], copy: {shareWith: ["${TEAM}"]}}
  - {name: secret, to: [ap-beijing], copy: {encrypt: {kmsKeyId: ${KEY}}}}
  - {name: base, select: {type: shared, name: ["base-*"], creator: ["${OTHER}"]}, to: [ap-shanghai], copy: {family: base, shareWith: ["${TEAM}"]}}
`;
const OPEN = ["ap-shanghai", "ap-nanjing"];
const REGIONS = [...OPEN, "ap-beijing"];
const VERSIONS = ["golden-1", "golden-2", "golden-3"];

afterEach(endTrials);

const STEP = 4 * MINUTE;
const SETTLED = new Set<CopyState>(["ready", "retired"]);

/** Three versions over time, a copy that fails, a rollback, and the loss of the state. */
async function lifeUnder(switches: Partial<Switches>): Promise<void> {
  const t = await trial(FILE, { switches, copyMinutes: [2, 3] });
  const family = Object.fromEntries(REGIONS.map((region) => [region, [] as string[]]));
  /** Goes on until there is nothing to do, and nothing to wait for. */
  const live = async (step = STEP) => {
    for (let round = 0; ; round += 1) {
      const report = await t.sweep();
      for (const region of REGIONS) family[region]?.push(t.pointed(region, "golden") ?? "nothing");
      const isQuiet = report.plan.actions.length === 0 && report.copies.every(({ state }) => SETTLED.has(state));
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
  // Where an image can be taken out of no family and the first one leads, nothing can be done about it; it is told.
  const isHopeless = switches.familyPointsTo === "first" && switches.emptyFamily === "ignored";
  expect(problems.map(({ code }) => code)).toEqual(isHopeless ? REGIONS.map(() => "drift") : []);
  // A cloud that gives copies the family of their source does so too early, and may not let it be taken away.
  const isEarly = switches.familyCarriedOver === "yes" && switches.emptyFamily === "ignored";
  if (!isHopeless && !isEarly)
    for (const region of REGIONS) expect([...new Set(family[region])]).toEqual(["nothing", ...VERSIONS]);

  const rolled = await rollback("golden", {}, t.program);
  // The mark of a rollback is a tag: where tags show late, a later sweep does what follows from it.
  if (!isHopeless && !switches.tagsVisibleAfterMs)
    expect(rolled.regions.map(({ done }) => done)).toEqual([true, true, true]);
  await live();
  expectEnd(t, isHopeless ? "golden-1" : "golden-2");
  expect((await t.sweep()).plan.actions).toEqual([]);

  const syncs = t.syncs();
  t.program.state = await t.forget();
  t.program.journal = t.state;
  await live();
  expect(t.syncs()).toBe(syncs);
  expectEnd(t, isHopeless ? "golden-1" : "golden-2");
}

/** One copy of each version that is wanted, as it shall be, and nothing else but what the cloud itself keeps. */
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

describe("everything at once comes to the same end", () => {
  const variants = Object.entries(ALL_SWITCHES).flatMap(([name, { values, default: usual }]) =>
    values.flatMap((value) => (value === usual ? [] : [[name, value] as const])),
  );
  it("by default", () => lifeUnder({}));
  it.each(variants)("when %s is %s", async (name, value) => {
    await lifeUnder({ [name]: value });
  });
});

describe.each(ALL_SWITCHES.familyPointsTo.values)("a family that points to the %s image", (familyPointsTo) => {
  const file = policyText({
    select: '{name: ["golden-*"], newest: 1}',
    copy: `{shareWith: ["${TEAM}"]}`,
    prune: "{delete: true, minAge: 1h}",
  });

  it("follows the one version that is wanted, and the one before is deleted", async () => {
    const t = await trial(file, { switches: { familyPointsTo } });
    for (const version of VERSIONS) {
      t.pass(DAY);
      baked(t, { name: version, family: "golden" });
      await t.live(20);
      expect(t.pointed("ap-shanghai", "golden")).toBe(version);
    }
    expect((await t.live(120, 30)).problems).toEqual([]);
    expect(t.names("ap-shanghai")).toEqual(["golden-3"]);
  });

  it("and that no image can be taken out of is told, where it does not follow", async () => {
    const t = await trial(file, { switches: { familyPointsTo, emptyFamily: "ignored" } });
    for (const version of ["golden-1", "golden-2"]) {
      t.pass(DAY);
      baked(t, { name: version, family: "golden" });
      await t.live(60);
    }
    const { problems } = await t.live(120, 30);
    const isRight = t.pointed("ap-shanghai", "golden") === "golden-2";
    expect(isRight).toBe(familyPointsTo !== "first");
    expect(problems.map(({ code }) => code)).toEqual(isRight ? [] : ["drift"]);
    expect(t.names("ap-shanghai")).toEqual(isRight ? ["golden-2"] : ["golden-1", "golden-2"]);
  });
});

describe.each(ALL_SWITCHES.familyPointsTo.values)(
  "a cloud that gives copies the family of their source, and points to the %s",
  (familyPointsTo) => {
    it.each([
      ["false, none keeps it", "{family: false}", undefined, undefined],
      ["another, that is the only one", "{family: web, encrypt: true}", undefined, "golden-1"],
      ["the same, a step on the way does not keep it", "{encrypt: true}", "golden-1", undefined],
    ])("where it shall be %s", async (_, copy, golden, web) => {
      const t = await trial(policyText({ copy }), { switches: { familyPointsTo, familyCarriedOver: "yes" } });
      baked(t, { family: "golden" });
      expect((await t.live(40)).problems).toEqual([]);
      expect([t.pointed("ap-shanghai", "golden"), t.pointed("ap-shanghai", "web")]).toEqual([golden, web]);
      expect(t.names("ap-shanghai")).toEqual(["golden-1"]);
    });
  },
);

describe("two of the switches for families, shares and deleting together", () => {
  const names = [
    "modifyWhileShared",
    "shareTwice",
    "familyPointsTo",
    "emptyFamily",
    "familyCarriedOver",
    "deleteFailedImages",
  ] as const;
  const pairs = names.flatMap((a, index) =>
    names.slice(index + 1).flatMap((b) => unusual(a).flatMap((x) => unusual(b).map((y) => [a, x, b, y] as const))),
  );
  it.each(pairs)("%s is %s and %s is %s", async (a, x, b, y) => {
    await lifeUnder({ [a]: x, [b]: y });
  });
});

function unusual(name: SwitchName): (string | number)[] {
  const { values, default: usual } = ALL_SWITCHES[name];
  return values.filter((value) => value !== usual);
}
