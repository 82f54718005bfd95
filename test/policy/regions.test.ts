import { describe, expect, it } from "vitest";
import { toProblem } from "../../lib/model/errors.ts";
import type { Message } from "../../lib/model/messages/define.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { expandRegions, resolveGroups } from "../../lib/policy/values/region-groups.ts";
import { BUILT_IN_GROUPS, crossesBorder, REGIONS, RETIRED_REGIONS, regionOf } from "../../lib/policy/values/regions.ts";

/** The whole text of a message: what is wrong, and what to do. */
const wholeText = (message: Message | undefined) => message && toProblem("", message).text;

describe("the region table", () => {
  it("contains each region once, and no retired region", () => {
    const ids = REGIONS.map((region) => region.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => RETIRED_REGIONS.includes(id))).toEqual([]);
  });

  it("puts the 16 listed regions into the built-in groups, and no finance region", () => {
    expect(BUILT_IN_GROUPS.get("all")).toHaveLength(16);
    expect(BUILT_IN_GROUPS.get("mainland")).toEqual(
      ["beijing", "chengdu", "chongqing", "guangzhou", "nanjing", "shanghai"].map((place) => `ap-${place}`),
    );
    expect(BUILT_IN_GROUPS.get("outside")).toHaveLength(10);
    const sides = [...BUILT_IN_GROUPS.values()].flat().map((id) => regionOf(id)?.side);
    expect(new Set(sides)).toEqual(new Set(["mainland", "outside"]));
  });
});

describe("crossesBorder", () => {
  it.each([
    ["ap-guangzhou", "ap-shanghai", false],
    ["ap-guangzhou", "ap-xian-ec", false],
    ["ap-hongkong", "sa-saopaulo", false],
    ["ap-guangzhou", "ap-hongkong", true],
    ["na-ashburn", "ap-beijing", true],
    ["ap-shanghai", "ap-shanghai-fsi", true],
    ["ap-tokyo", "ap-shenzhen-fsi", true],
    ["ap-shanghai-fsi", "ap-shenzhen-fsi", true],
    ["ap-shanghai-fsi", "ap-shanghai-fsi", false],
    ["ap-guangzhou", "ap-nowhere", true],
    ["ap-nowhere", "ap-elsewhere", true],
  ])("%s → %s: %s", (from, to, expected) => {
    expect(crossesBorder(from, to, {})).toBe(expected);
    expect(crossesBorder(to, from, {})).toBe(expected);
  });
});

describe("expandRegions", () => {
  const expand = (...entries: string[]) => expandRegions(entries, BUILT_IN_GROUPS);

  it("keeps the order of the list and each region once", () => {
    expect(expand("ap-tokyo", "mainland", "ap-tokyo", "ap-beijing").regions).toEqual([
      "ap-tokyo",
      ...(BUILT_IN_GROUPS.get("mainland") ?? []),
    ]);
  });

  it("excludes entries with a leading !, wherever they stand, groups too", () => {
    expect(expand("!ap-beijing", "mainland").regions).not.toContain("ap-beijing");
    expect(expand("all", "!outside", "!ap-beijing").regions).toHaveLength(5);
    expect(expand("!ap-beijing").regions).toEqual([]);
  });

  it("includes regions that are in no group if they are named", () => {
    expect(expand("ap-shanghai-fsi", "ap-guiyang").regions).toEqual(["ap-shanghai-fsi", "ap-guiyang"]);
  });

  it.each([
    ["ap-bejing", 'did you mean "ap-beijing"?'],
    ["!mainlnd", 'did you mean "mainland"?'],
    ["Ap-Tokyo", 'did you mean "ap-tokyo"?'],
    ["ap-mumbai", "retired"],
    [
      "ap-hangzhou",
      'did you mean "ap-guangzhou"? if it is a region that is newer than this release, say on which side',
    ],
    ["moonbase", "allowed are mainland, outside, all, ap-beijing,"],
    ["gz", "not a known region or group"],
    ["ME-saudi-arabia", "not a known region or group"],
    ["+ap-tokyo", 'write "ap-tokyo" here, and "+ap-tokyo" there'],
    ["", "not a known region"],
  ])("reports the unknown entry %j", (entry, text) => {
    const { problems } = expand("ap-tokyo", entry);
    expect(problems).toMatchObject([{ index: 1 }]);
    expect(wholeText(problems[0]?.message)).toContain(text);
  });
});

describe("a region that this release does not know", () => {
  const RIYADH = "me-saudi-arabia";

  it("is accepted in a list, excluded or not, and is in no built-in group", () => {
    const { regions, problems, unknown } = expandRegions(["all", RIYADH, "!us-east-1"], BUILT_IN_GROUPS);
    expect(problems).toEqual([]);
    expect(regions.filter((id) => id === RIYADH)).toHaveLength(1);
    expect(unknown).toEqual([
      { index: 1, id: RIYADH },
      { index: 2, id: "us-east-1" },
    ]);
    expect(expandRegions(["all"], BUILT_IN_GROUPS).regions).not.toContain(RIYADH);
  });

  it.each(["outside", "mainland"] as const)("belongs to %s once the file says so", (side) => {
    const { groups, declaredSides, problems } = resolveGroups({ far: [side], [side]: [`+${RIYADH}`, "+ap-hangzhou"] });
    expect(problems).toEqual([]);
    for (const group of [side, "all", "far"]) expect(groups.get(group)).toEqual(expect.arrayContaining([RIYADH]));
    expect(declaredSides).toEqual({ [RIYADH]: side, "ap-hangzhou": side });
    expect(expandRegions([RIYADH, "ap-hangzhou"], groups)).toMatchObject({ problems: [], unknown: [] });
    expect(crossesBorder(RIYADH, "ap-tokyo", declaredSides)).toBe(side === "mainland");
    expect(crossesBorder("ap-beijing", RIYADH, declaredSides)).toBe(side === "outside");
    // Near to a name that the file has made known.
    expect(expandRegions(["me-saudi-arabi"], groups).problems).toHaveLength(1);
  });

  it("may be stated although a release knows it, if the side is the same", () => {
    const { groups, problems } = resolveGroups({ outside: ["+ap-tokyo"], mainland: ["+ap-guiyang"] });
    expect(problems).toEqual([]);
    expect(groups.get("outside")).toEqual(BUILT_IN_GROUPS.get("outside"));
    expect(groups.get("mainland")).toContain("ap-guiyang");
  });

  it.each<[string, Record<string, string[]>, string]>([
    ["of the other side", { outside: ["+ap-beijing"] }, '"ap-beijing" belongs to mainland'],
    ["of no side", { mainland: ["+ap-shanghai-fsi"] }, "finance regions, which are on neither side"],
    ["of both sides", { mainland: [`+${RIYADH}`], outside: [`+${RIYADH}`] }, "belongs to mainland; remove it here"],
    ["that is retired", { outside: ["+ap-mumbai"] }, "retired"],
    ["that is none", { outside: ["+moonbase"] }, '"moonbase" is not a region'],
    ["without +", { outside: ["ap-tokyo"] }, "built-in group and cannot be changed; choose another name, or add"],
    ["without a side", { all: [`+${RIYADH}`] }, "built-in group and cannot be changed"],
    ["in another group", { far: [`+${RIYADH}`] }, "only mainland and outside"],
  ])("is refused as an addition %s", (_, own, text) => {
    const { problems } = resolveGroups(own);
    expect(problems).toHaveLength(1);
    expect(wholeText(problems[0]?.message)).toContain(text);
  });

  it("is a warning at the first place of the file that names it, and none once its side is stated", () => {
    const file = (regions: string) =>
      `version: 1\nregions: ${regions}\npolicies:\n` +
      `  - {name: p, from: [ap-tokyo], select: {newest: 1}, to: [${RIYADH}, ap-seoul],\n` +
      `     copy: {regions: {${RIYADH}: {encrypt: true}}}}\n`;
    const warnings = (regions: string) => parsePolicy(file(regions), "p.yaml").warnings;
    expect(warnings(`{far: [${RIYADH}]}`)).toMatchObject([{ where: "p.yaml:2:17", code: "unknown-region" }]);
    expect(warnings("{far: [ap-tokyo]}")).toMatchObject([{ field: "policies[0].to[0]", code: "unknown-region" }]);
    expect(warnings(`{outside: ["+${RIYADH}"]}`)).toEqual([]);
  });
});

describe("resolveGroups", () => {
  it("accepts groups that name groups, in any order", () => {
    const { groups, problems } = resolveGroups({ world: ["apac", "eu-frankfurt"], apac: ["ap-tokyo", "ap-seoul"] });
    expect(problems).toEqual([]);
    expect(groups.get("world")).toEqual(["ap-tokyo", "ap-seoul", "eu-frankfurt"]);
    expect(groups.get("all")).toHaveLength(16);
  });

  it("is quick for groups that name the same groups repeatedly", () => {
    const own: Record<string, string[]> = { g0: ["ap-tokyo"] };
    for (let i = 1; i < 100; i++) own[`g${i}`] = [`g${i - 1}`, `g${i - 1}`, `g${i - 1}`];
    expect(resolveGroups(own).groups.get("g99")).toEqual(["ap-tokyo"]);
  });

  it.each<[string, Record<string, string[]>, string, string]>([
    ["contains itself through others", { a: ["b"], b: ["c"], c: ["a"] }, "c", "a → b → c → a"],
    ["names itself", { a: ["ap-tokyo", "!a"] }, "a", "a → a"],
    ["contains an unknown region", { a: ["ap-tokio"] }, "a", 'did you mean "ap-tokyo"?'],
    ["excludes all of its regions", { a: ["ap-tokyo", "!outside"] }, "a", "contains no region"],
    ["is built in", { all: ["ap-tokyo"] }, "all", "built-in group"],
    ["has the name of a region", { "ap-tokyo": ["ap-seoul"] }, "ap-tokyo", "name of a region"],
    ["has the name of a retired region", { "ap-mumbai": ["ap-seoul"] }, "ap-mumbai", "name of a region"],
  ])("reports a group that %s exactly once", (_, own, group, text) => {
    const { problems } = resolveGroups(own);
    expect(problems).toMatchObject([{ group }]);
    expect(wholeText(problems[0]?.message)).toContain(text);
  });
});
