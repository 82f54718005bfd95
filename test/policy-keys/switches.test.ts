// The life of a family with one unusual switch at a time, and with each family rule of the cloud.
import { afterEach, describe, expect, it } from "vitest";
import { ALL_SWITCHES } from "../../emulator/settings/switches.ts";
import { baked, DAY, endTrials, policyText, TEAM, trial } from "./setting.ts";
import { lifeUnder, VERSIONS } from "./whole-life.ts";

afterEach(endTrials);

describe("the life of a family ends in the same way", () => {
  const variants = Object.entries(ALL_SWITCHES).flatMap(([name, { values, default: usual }]) =>
    values.flatMap((value) => (value === usual ? [] : [[name, value] as const])),
  );
  it("with the default switches", () => lifeUnder({}));
  it.each(variants)("when %s is %s", async (name, value) => {
    await lifeUnder({ [name]: value });
  });
});

describe.each(ALL_SWITCHES.familyPointsTo.values)("a family that points to the %s image", (familyPointsTo) => {
  const file = policyText({
    select: '{name: ["golden-*"], newest: 1}',
    copy: `{shareWith: ["${TEAM}"]}`,
    prune: "{delete: true, minAge: 1h, shared: delete}",
  });

  it("points to the newest version, and the older version is deleted", async () => {
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

  it("is reported if it does not point to the newest version because images cannot leave it", async () => {
    const t = await trial(file, { switches: { familyPointsTo, emptyFamily: "ignored" } });
    for (const version of ["golden-1", "golden-2"]) {
      t.pass(DAY);
      baked(t, { name: version, family: "golden" });
      await t.live(60);
    }
    const { problems } = await t.live(120, 30);
    const isNewest = t.pointed("ap-shanghai", "golden") === "golden-2";
    expect(isNewest).toBe(familyPointsTo !== "first");
    expect(problems.map(({ code }) => code)).toEqual(isNewest ? [] : ["drift"]);
    expect(t.names("ap-shanghai")).toEqual(isNewest ? ["golden-2"] : ["golden-1", "golden-2"]);
  });
});

describe.each(ALL_SWITCHES.familyPointsTo.values)(
  "a cloud that gives copies the family of their source and points to the %s image",
  (familyPointsTo) => {
    it.each([
      ["false: no copy keeps it", "{family: false}", undefined, undefined],
      ["another: the copy has only that one", "{family: web, encrypt: true}", undefined, "golden-1"],
      ["the same: the intermediate copy does not keep it", "{encrypt: true}", "golden-1", undefined],
    ])("if the policy sets the family to %s", async (_, copy, golden, web) => {
      const t = await trial(policyText({ copy }), { switches: { familyPointsTo, familyCarriedOver: "yes" } });
      baked(t, { family: "golden" });
      expect((await t.live(40)).problems).toEqual([]);
      expect([t.pointed("ap-shanghai", "golden"), t.pointed("ap-shanghai", "web")]).toEqual([golden, web]);
      expect(t.names("ap-shanghai")).toEqual(["golden-1"]);
    });
  },
);
