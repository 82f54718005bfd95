import { describe, expect, it } from "vitest";
import { expandRegions, resolveGroups } from "../../lib/policy/values/region-groups.ts";
import { BUILT_IN_GROUPS, crossesBorder, REGIONS, RETIRED_REGIONS, regionOf } from "../../lib/policy/values/regions.ts";

describe("the region table", () => {
  it("has each region once and no retired one", () => {
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
    expect(crossesBorder(from, to)).toBe(expected);
    expect(crossesBorder(to, from)).toBe(expected);
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

  it("takes out what has a !, wherever it stands, groups too", () => {
    expect(expand("!ap-beijing", "mainland").regions).not.toContain("ap-beijing");
    expect(expand("all", "!outside", "!ap-beijing").regions).toHaveLength(5);
    expect(expand("!ap-beijing").regions).toEqual([]);
  });

  it("takes regions that are in no group when they are named", () => {
    expect(expand("ap-shanghai-fsi", "ap-guiyang").regions).toEqual(["ap-shanghai-fsi", "ap-guiyang"]);
  });

  it.each([
    ["ap-bejing", 'did you mean "ap-beijing"?'],
    ["!mainlnd", 'did you mean "mainland"?'],
    ["Ap-Tokyo", 'did you mean "ap-tokyo"?'],
    ["ap-mumbai", "retired"],
    ["moonbase", "allowed are mainland, outside, all, ap-beijing,"],
    ["", "no known region"],
  ])("does not know %j", (entry, text) => {
    const { problems } = expand("ap-tokyo", entry);
    expect(problems).toEqual([{ index: 1, text: expect.stringContaining(text) as string }]);
  });
});

describe("resolveGroups", () => {
  it("lets groups name groups, in any order", () => {
    const { groups, problems } = resolveGroups({ world: ["apac", "eu-frankfurt"], apac: ["ap-tokyo", "ap-seoul"] });
    expect(problems).toEqual([]);
    expect(groups.get("world")).toEqual(["ap-tokyo", "ap-seoul", "eu-frankfurt"]);
    expect(groups.get("all")).toHaveLength(16);
  });

  it("does not take long for groups that name the same groups again and again", () => {
    const own: Record<string, string[]> = { g0: ["ap-tokyo"] };
    for (let i = 1; i < 100; i++) own[`g${i}`] = [`g${i - 1}`, `g${i - 1}`, `g${i - 1}`];
    expect(resolveGroups(own).groups.get("g99")).toEqual(["ap-tokyo"]);
  });

  it.each<[string, Record<string, string[]>, string, string]>([
    ["leads back to itself", { a: ["b"], b: ["c"], c: ["a"] }, "c", "a → b → c → a"],
    ["names itself", { a: ["ap-tokyo", "!a"] }, "a", "a → a"],
    ["holds an unknown region", { a: ["ap-tokio"] }, "a", 'did you mean "ap-tokyo"?'],
    ["is empty in the end", { a: ["ap-tokyo", "!outside"] }, "a", "holds no region"],
    ["is built in", { all: ["ap-tokyo"] }, "all", "built in"],
    ["has the name of a region", { "ap-tokyo": ["ap-seoul"] }, "ap-tokyo", "name of a region"],
    ["has the name of a retired region", { "ap-mumbai": ["ap-seoul"] }, "ap-mumbai", "name of a region"],
  ])("refuses a group that %s, once", (_, own, group, text) => {
    const { problems } = resolveGroups(own);
    expect(problems).toEqual([expect.objectContaining({ group, text: expect.stringContaining(text) as string })]);
  });
});
