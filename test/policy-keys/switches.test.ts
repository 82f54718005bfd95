// The whole life of a family with one unusual switch at a time, and families under each rule of the cloud.
import { afterEach, describe, expect, it } from "vitest";
import { ALL_SWITCHES } from "../../emulator/settings/switches.ts";
import { baked, DAY, endTrials, policyText, TEAM, trial } from "./setting.ts";
import { lifeUnder, VERSIONS } from "./whole-life.ts";

afterEach(endTrials);

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
