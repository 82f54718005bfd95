import { describe, expect, it } from "vitest";
import { InputError } from "../../lib/model/errors.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { findContradictions } from "../../lib/policy/validate/conflicts.ts";
import { copySettings, policy } from "../support/builders.ts";

const named = (name: string) => copySettings({ name });
const all = policy({ name: "all", copy: named("a") });
const contradictionsOf = (second: Partial<Policy>, first: Partial<Policy> = {}) =>
  findContradictions([{ ...all, ...first }, policy({ name: "second", copy: named("b"), ...second })]).map(
    ({ path, values, regions }) => `${path.join(".")} ${values.join("/")} ${regions.join("+")}`,
  );

describe("two policies for one copy", () => {
  it.each<[string, Partial<Policy>, Partial<Policy>, string[]]>([
    ["set different names", {}, {}, ["name a/b ap-shanghai+ap-beijing"]],
    [
      "set different families",
      { copy: copySettings({ family: "g" }) },
      { copy: copySettings({ family: "f" }) },
      ["family f/g ap-shanghai+ap-beijing"],
    ],
    [
      "set different descriptions",
      { copy: copySettings({ description: "x" }) },
      { copy: copySettings() },
      ["description inherit/x ap-shanghai+ap-beijing"],
    ],
    [
      "set different values of a tag",
      { copy: copySettings({ tags: { inherit: true, set: { env: "dr" } } }) },
      { copy: copySettings({ tags: { inherit: true, set: { env: "prod", a: "b" } } }) },
      ["tags.set.env prod/dr ap-shanghai+ap-beijing"],
    ],
    [
      "select different numbers of the newest images",
      { select: { ...all.select, newest: 1 } },
      { select: { ...all.select, newest: 3 } },
      ["name a/b ap-shanghai+ap-beijing"],
    ],
    [
      "encrypt only one of two copies with the same name",
      { copy: { ...named("a"), encrypt: {} }, to: ["ap-shanghai"] },
      { copy: named("a") },
      ["encrypt not encrypted/encrypted with the account's default key ap-shanghai"],
    ],
    [
      "encrypt with different keys in one region",
      { copy: { ...named("a"), encrypt: {}, regions: { "ap-beijing": { encrypt: { kmsKeyId: "k-1" } } } } },
      { copy: { ...named("a"), encrypt: {} } },
      ["regions.ap-beijing.encrypt encrypted with the account's default key/encrypted with k-1 ap-beijing"],
    ],
    [
      "set different values of a tag in one region only",
      { copy: copySettings({ regions: { "ap-beijing": { tags: { set: { env: "dr" } } } } }) },
      { copy: copySettings({ tags: { inherit: true, set: { env: "prod" } } }) },
      ["regions.ap-beijing.tags.set.env prod/dr ap-beijing"],
    ],
    [
      "set different families, one of them inherited from a selected family",
      { copy: copySettings({ family: "g" }) },
      { copy: copySettings({ family: "inherit" }), select: { ...all.select, family: "f" } },
      ["family f/g ap-shanghai+ap-beijing"],
    ],
    [
      "have only the intermediate copy of a shared image in common",
      { copy: named("b"), to: ["ap-shanghai"], select: { type: "shared", creator: ["100000000002"] } },
      { copy: named("a"), to: ["ap-beijing"], select: { type: "shared", creator: ["100000000002"] } },
      ["name a/b ap-guangzhou"],
    ],
    [
      "set different names, and the second selects fewer images",
      { select: { ...all.select, platform: ["Ubuntu"] } },
      {},
      ["name a/b ap-shanghai+ap-beijing"],
    ],
    [
      "set different names, and the first selects fewer images",
      {},
      { select: { ...all.select, family: "f" } },
      ["name a/b ap-shanghai+ap-beijing"],
    ],
  ])("contradict each other if they %s", (_, second, first, expected) => {
    expect(contradictionsOf(second, first)).toEqual(expected);
  });

  it.each<[string, Partial<Policy>, Partial<Policy>]>([
    ["set the same name, apart from spaces", { copy: named("{{ name }}") }, { copy: named("{{name}}") }],
    ["set a family in one only", { copy: copySettings({ family: "g" }) }, { copy: copySettings() }],
    [
      "set different tag keys",
      { copy: copySettings({ tags: { inherit: true, set: { b: "1" } } }) },
      { copy: copySettings({ tags: { inherit: true, set: { a: "1" } } }) },
    ],
    ["select images of different types", { select: { type: "shared", creator: ["100000000002"] } }, {}],
    ["select images of different names", { select: { type: "custom", name: ["base-*"] } }, {}],
    [
      "select the newest of different images",
      { select: { ...all.select, newest: 3 }, from: ["ap-guangzhou", "ap-nanjing"] },
      { select: { ...all.select, newest: 3 }, from: ["ap-guangzhou", "ap-chengdu"] },
    ],
    [
      "select the newest, and only one requires a tag",
      { select: { ...all.select, newest: 3, tags: { a: ["b"] } } },
      { select: { ...all.select, newest: 3 } },
    ],
    [
      "may set the same family",
      { copy: copySettings({ family: "g" }) },
      { copy: copySettings({ family: "inherit" }), select: { ...all.select, family: "g" } },
    ],
    [
      "inherit an unknown family in one",
      { copy: copySettings({ family: "g" }) },
      { copy: copySettings({ family: "inherit" }) },
    ],
    ["may produce the same name", { copy: named("golden-web") }, { copy: named("{{name}}") }],
    [
      "produce the same name in their common regions",
      { copy: named("x-{{region}}-{{sourceRegion}}"), to: ["ap-shanghai"] },
      { copy: named("x-ap-shanghai-ap-guangzhou") },
    ],
    ["may both not cross the border", { to: ["ap-tokyo"] }, { to: ["ap-tokyo"] }],
    ["have no source in common", { from: ["ap-beijing"] }, {}],
    ["have no destination in common", { to: ["ap-tokyo"] }, {}],
    ["encrypt one of the copies under another name", { copy: { ...named("b"), encrypt: {} } }, {}],
    ["are not both enabled", { enabled: false }, {}],
    ["have only the source region as common destination", { to: ["ap-guangzhou"] }, { to: ["ap-guangzhou"] }],
  ])("do not contradict each other if they %s", (_, second, first) => {
    expect(contradictionsOf(second, first)).toEqual([]);
  });

  it("contradict each other if no selected image can produce the same name", () => {
    expect(contradictionsOf({ copy: named("other") }, { copy: named("{{name}}") })).toHaveLength(1);
    expect(contradictionsOf({ copy: named("golden") }, { copy: named("{{name}}-x") })).toHaveLength(1);
  });

  it("contradict each other if only one of them may cross the border", () => {
    const to = ["ap-tokyo"];
    expect(contradictionsOf({ to, crossBorder: "approved" }, { to })).toEqual(["name a/b ap-tokyo"]);
  });

  it("are compared quickly among many, and only the first 100 contradictions are reported", () => {
    const many = (fields: (index: number) => Partial<Policy>) =>
      Array.from({ length: 1500 }, (_, index) => policy({ name: `p${index}`, ...fields(index) }));
    const start = performance.now();
    expect(findContradictions(many((index) => ({ copy: copySettings({ shareWith: [String(index)] }) })))).toEqual([]);
    expect(findContradictions(many((index) => ({ copy: named(`n${index}`) })))).toHaveLength(100);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it("are reported at the later policy, with both names", () => {
    const text = `version: 1
defaults: { from: [ap-guangzhou], to: [ap-tokyo], crossBorder: approved, select: { newest: 1 } }
policies:
  - { name: one }
  - { name: two, copy: { name: "x-{{name}}" } }
`;
    try {
      parsePolicy(text, "p.yaml");
      expect.fail("nothing was thrown");
    } catch (error) {
      expect((error as InputError).message).toBe(
        'p.yaml:5:32: policies[1].copy.name: policy two sets "x-{{name}}", but policy one sets "{{name}}" for the same copies in ap-tokyo; set the same value in both, or let them select different images',
      );
    }
  });
});
