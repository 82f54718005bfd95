import { describe, expect, it } from "vitest";
import { toProblem } from "../../lib/model/errors.ts";
import type { Message } from "../../lib/model/messages/define.ts";
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
    ["moonbase", "allowed are mainland, outside, all, ap-beijing,"],
    ["", "not a known region"],
  ])("reports the unknown entry %j", (entry, text) => {
    const { problems } = expand("ap-tokyo", entry);
    expect(problems).toMatchObject([{ index: 1 }]);
    expect(wholeText(problems[0]?.message)).toContain(text);
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
