// A recalled source: its copies leave their families in one apply, region by region, and return with it.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { changeImage, deleteImage } from "../../emulator/control/console.ts";
import { ALL_SWITCHES, type Switches } from "../../emulator/settings/switches.ts";
import type { StoredImage } from "../../emulator/world/image.ts";
import { IGNORE_TAG } from "../../lib/model/identity.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { viewOf } from "../../lib/report/plan/plan-view.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { copySettings, policy } from "../support/builders.ts";
import { type Instance, sweep } from "../support/world.ts";
import { FACTORY, HOUR, type Story, story, TEAMS } from "./story.ts";

const REGIONS = ["ap-shanghai", "ap-beijing", "ap-nanjing"];
const [TEAM = ""] = TEAMS;
const golden = policy({
  to: REGIONS,
  select: { type: "custom", name: ["golden-*"], newest: 3 },
  copy: copySettings({ family: "inherit", shareWith: [TEAM], publish: "together" }),
});
const ONE: Policy["select"] = { type: "custom", name: ["golden-*"], newest: 1 };

let s: Story;
beforeEach(async () => {
  s = await story();
});
afterEach(() => s.t.close());

/** Makes the versions one day apart, each with its copies; the sources. */
async function bake(program: Instance, ...names: readonly string[]): Promise<StoredImage[]> {
  const sources: StoredImage[] = [];
  for (const name of names) {
    s.t.pass(24 * HOUR);
    sources.push(s.bake(name, "golden"));
    await s.pass(2, [program]);
  }
  return sources;
}

const MARKS = {
  "the ignore tag": [{ tags: { [IGNORE_TAG]: "bad" } }, { tags: {} }],
  deprecation: [{ deprecated: true }, { deprecated: false }],
} as const;

/** One `apply` of the command line: its plan, and its exit code. */
async function apply(program: Instance, acceptRecall = false) {
  s.t.pass(HOUR);
  const { plan } = await replicate({ ...sweep, mode: "dry-run", acceptRecall }, program);
  const { copies, problems } = await replicate({ ...sweep, acceptRecall }, program);
  return { view: viewOf(plan), problems, exitCode: exitCodeOf(summarise(copies, problems)) };
}

const pointed = () => REGIONS.map((region) => s.pointed(FACTORY, region, "golden"));
const copies = (name: string) => REGIONS.map((region) => s.image(FACTORY, region, name) as StoredImage);

function expectShares(name: string): void {
  expect(copies(name).map(({ shares }) => [...shares.keys()])).toEqual(REGIONS.map(() => [TEAM]));
}

describe.each(["the ignore tag", "deprecation"] as const)("a recall by %s", (mark) => {
  const [recalled, ended] = MARKS[mark];

  it("takes one apply, and so does its end; the shares stay", { timeout: 120_000 }, async () => {
    const program = s.program(FACTORY, [golden]);
    const [, bad] = await bake(program, "golden-1", "golden-2");
    expect(pointed()).toEqual(REGIONS.map(() => "golden-2"));

    changeImage(s.t.world, bad as StoredImage, recalled);
    const there = await apply(program);
    expect(there.view.update.map(({ region, do: what, text }) => [region, what, text])).toEqual(
      [...REGIONS].sort().map((region) => [region, "modify", "remove from its family, deprecate"]),
    );
    expect(there).toMatchObject({ problems: [], exitCode: 0 });
    expect(pointed()).toEqual(REGIONS.map(() => "golden-1"));
    for (const image of copies("golden-2")) expect(image).toMatchObject({ family: "", deprecated: true });
    for (const name of ["golden-1", "golden-2"]) expectShares(name);

    changeImage(s.t.world, bad as StoredImage, ended);
    const back = await apply(program);
    expect(back.view.update.map(({ region }) => region)).toEqual([...REGIONS].sort());
    expect(back.exitCode).toBe(0);
    expect(pointed()).toEqual(REGIONS.map(() => "golden-2"));
    for (const image of copies("golden-2")) expect(image).toMatchObject({ family: "golden", deprecated: false });
    for (const name of ["golden-1", "golden-2"]) expectShares(name);
    expect((await apply(program)).view.update).toEqual([]);
  });

  it("leaves the deprecation by a person when it ends", { timeout: 120_000 }, async () => {
    const program = s.program(FACTORY, [golden]);
    const [, bad] = await bake(program, "golden-1", "golden-2");
    const [first, ...others] = copies("golden-2");
    changeImage(s.t.world, first as StoredImage, { deprecated: true });
    await apply(program);
    changeImage(s.t.world, bad as StoredImage, recalled);
    await apply(program);
    changeImage(s.t.world, bad as StoredImage, ended);
    await apply(program);
    expect(first?.deprecated).toBe(true);
    for (const image of others) expect(image.deprecated).toBe(false);
  });
});

describe("a recalled version", () => {
  const [recalled] = MARKS["the ignore tag"];

  it("is replaced by the one that the policy selects now, region by region", { timeout: 120_000 }, async () => {
    const program = s.program(FACTORY, [{ ...golden, select: ONE }]);
    const [, bad] = await bake(program, "golden-1", "golden-2");
    const [gone] = copies("golden-1");
    deleteImage(s.t.world, gone as StoredImage);
    await s.pass(1, [program]);
    changeImage(s.t.world, bad as StoredImage, recalled);
    // In one region the good version must be copied again. Elsewhere it is back at once.
    const { view, exitCode } = await apply(program);
    expect(exitCode).toBe(0);
    expect(view.pausing).toMatchObject([{ region: gone?.region, reason: { code: "awaits-replacement" } }]);
    expect(pointed().slice(1)).toEqual(["golden-1", "golden-1"]);
    expect(s.image(FACTORY, REGIONS[0] ?? "", "golden-2")).toMatchObject({ family: "golden", deprecated: true });
    await s.pass(1, [program]);
    expect(pointed()).toEqual(REGIONS.map(() => "golden-1"));
    for (const image of copies("golden-2")) expect(image).toMatchObject({ family: "", deprecated: true });
    expectShares("golden-2");
  });

  it("is not kept by a region that is not finished, although the copies are published together", {
    timeout: 120_000,
  }, async () => {
    const program = s.program(FACTORY, [{ ...golden, select: ONE }]);
    const [bad] = await bake(program, "golden-1");
    addFault(s.t.world, {
      match: { action: "SyncImages", dryRun: false },
      effect: { kind: "stick-copy", percent: 50, destination: "ap-beijing" },
    });
    s.t.pass(24 * HOUR);
    s.bake("golden-2", "golden");
    changeImage(s.t.world, bad as StoredImage, recalled);
    await s.pass(1, [program]);
    expect(pointed()[0]).toBe("golden-2");
    expect(copies("golden-1")[0]).toMatchObject({ family: "", deprecated: true });
    expect(copies("golden-1")[1]).toMatchObject({ family: "golden", deprecated: true });
  });

  it("leaves its family although its source is deleted while the other version is copied", {
    timeout: 120_000,
  }, async () => {
    Object.assign(s.t.world.switches, { familyPointsTo: "first", familySkipsDeprecated: "no" });
    s.bake("golden-1", "golden");
    s.t.pass(HOUR);
    const program = s.program(FACTORY, [{ ...golden, select: ONE }]);
    const [bad] = await bake(program, "golden-2");
    changeImage(s.t.world, bad as StoredImage, recalled);
    await apply(program);
    deleteImage(s.t.world, bad as StoredImage);
    await s.pass(2, [program]);
    expect(pointed()).toEqual(REGIONS.map(() => "golden-1"));
    for (const image of copies("golden-2")) expect(image).toMatchObject({ family: "", deprecated: true });
  });

  it("stays in its family if no other is selected, and is reported every time", { timeout: 120_000 }, async () => {
    const program = s.program(FACTORY, [golden]);
    const [bad] = await bake(program, "golden-1");
    changeImage(s.t.world, bad as StoredImage, recalled);
    for (let time = 1; time <= 3; time += 1) {
      const { problems, exitCode } = await apply(program);
      expect(exitCode).toBe(3);
      expect(problems.map(({ code }) => code)).toEqual(REGIONS.map(() => "recalled-and-current"));
      expect(problems.map(({ text }) => text).join()).toContain(bad?.imageId);
      for (const image of copies("golden-1")) expect(image).toMatchObject({ family: "golden", deprecated: true });
    }
    // Deleting the source does not take the recall back.
    deleteImage(s.t.world, bad as StoredImage);
    expect(await apply(program)).toMatchObject({ exitCode: 3 });
    // The next version takes its place.
    await bake(program, "golden-2");
    expect(pointed()).toEqual(REGIONS.map(() => "golden-2"));
    for (const image of copies("golden-1")) expect(image.family).toBe("");
    expect((await apply(program)).exitCode).toBe(0);
  });
});

it("many recalled sources at once are reported, and nothing is done until it is accepted", {
  timeout: 120_000,
}, async () => {
  const names = ["golden-1", "golden-2", "golden-3", "golden-4", "golden-5"];
  const program = s.program(FACTORY, [{ ...golden, select: { type: "custom", name: ["golden-*"] } }]);
  const sources = await bake(program, ...names);
  for (const source of sources.slice(1)) changeImage(s.t.world, source, { tags: { [IGNORE_TAG]: "by a script" } });
  for (let time = 1; time <= 2; time += 1) {
    const before = s.t.world.requests.length;
    const { problems, exitCode, view } = await apply(program);
    expect(exitCode).toBe(3);
    expect([view.create, view.update, view.recordOnly]).toEqual([[], [], []]);
    expect(problems).toMatchObject([{ code: "mass-recall" }]);
    expect(s.t.world.requests.slice(before).filter(({ effects }) => effects.length > 0)).toEqual([]);
  }
  expect(pointed()).toEqual(REGIONS.map(() => "golden-5"));
  expect((await apply(program, true)).exitCode).toBe(0);
  expect(pointed()).toEqual(REGIONS.map(() => "golden-1"));
  expect(await apply(program)).toMatchObject({ exitCode: 0, problems: [] });
});

describe.each(ALL_SWITCHES.familyPointsTo.values)(
  "in a cloud whose families point to the %s image",
  (familyPointsTo) => {
    const clouds = ALL_SWITCHES.familySkipsDeprecated.values.flatMap((familySkipsDeprecated) =>
      ALL_SWITCHES.emptyFamily.values.map((emptyFamily) => ({ familySkipsDeprecated, emptyFamily })),
    );
    it.each(clouds)(
      "a recalled version is not current, or that is reported: %o",
      { timeout: 120_000 },
      async (cloud) => {
        Object.assign(s.t.world.switches, { familyPointsTo, ...cloud } satisfies Partial<Switches>);
        const program = s.program(FACTORY, [golden]);
        const [, bad] = await bake(program, "golden-1", "golden-2");
        changeImage(s.t.world, bad as StoredImage, { tags: { [IGNORE_TAG]: "bad" } });
        await apply(program);
        const mayStay = cloud.familySkipsDeprecated === "no" && cloud.emptyFamily === "ignored";
        if (!mayStay) expect(pointed()).toEqual(REGIONS.map(() => "golden-1"));
        await s.pass(8, [program]);
        const isCurrent = pointed().includes("golden-2");
        expect(isCurrent).toBe(mayStay && familyPointsTo !== "first");
        expect((await apply(program)).exitCode).toBe(isCurrent ? 3 : 0);
      },
    );
  },
);
