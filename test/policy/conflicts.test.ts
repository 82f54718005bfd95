import { describe, expect, it } from "vitest";
import { InputError } from "../../lib/model/errors.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { contradictions } from "../../lib/policy/validate/conflicts.ts";
import { copySettings, policy } from "../support/builders.ts";

const named = (name: string) => copySettings({ name });
const all = policy({ name: "all", copy: named("a") });
const found = (second: Partial<Policy>, first: Partial<Policy> = {}) =>
  contradictions([{ ...all, ...first }, policy({ name: "second", copy: named("b"), ...second })]).map(
    ({ path, values, regions }) => `${path.join(".")} ${values.join("/")} ${regions.join("+")}`,
  );

describe("two policies for one copy", () => {
  it.each<[string, Partial<Policy>, Partial<Policy>, string[]]>([
    ["differ in the name", {}, {}, ["name a/b ap-shanghai+ap-beijing"]],
    [
      "differ in the family",
      { copy: copySettings({ family: "g" }) },
      { copy: copySettings({ family: "f" }) },
      ["family f/g ap-shanghai+ap-beijing"],
    ],
    [
      "differ in the description",
      { copy: copySettings({ description: "x" }) },
      { copy: copySettings() },
      ["description inherit/x ap-shanghai+ap-beijing"],
    ],
    [
      "differ in a tag",
      { copy: copySettings({ tags: { inherit: true, set: { env: "dr" } } }) },
      { copy: copySettings({ tags: { inherit: true, set: { env: "prod", a: "b" } } }) },
      ["tags.set.env prod/dr ap-shanghai+ap-beijing"],
    ],
    [
      "take the newest, the one fewer",
      { select: { ...all.select, newest: 1 } },
      { select: { ...all.select, newest: 3 } },
      ["name a/b ap-shanghai+ap-beijing"],
    ],
    [
      "are encrypted in one and not in the other, under one name",
      { copy: { ...named("a"), encrypt: {} }, to: ["ap-shanghai"] },
      { copy: named("a") },
      ["encrypt not encrypted/encrypted with the account's own key ap-shanghai"],
    ],
    [
      "are encrypted with two keys in one region",
      { copy: { ...named("a"), encrypt: {}, regions: { "ap-beijing": { encrypt: { kmsKeyId: "k-1" } } } } },
      { copy: { ...named("a"), encrypt: {} } },
      ["regions.ap-beijing.encrypt encrypted with the account's own key/encrypted with k-1 ap-beijing"],
    ],
    [
      "differ in a tag in one region only",
      { copy: copySettings({ regions: { "ap-beijing": { tags: { set: { env: "dr" } } } } }) },
      { copy: copySettings({ tags: { inherit: true, set: { env: "prod" } } }) },
      ["regions.ap-beijing.tags.set.env prod/dr ap-beijing"],
    ],
    [
      "differ in a family that is the image's own in one",
      { copy: copySettings({ family: "g" }) },
      { copy: copySettings({ family: "inherit" }), select: { ...all.select, family: "f" } },
      ["family f/g ap-shanghai+ap-beijing"],
    ],
    [
      "have only the first step of a shared image in common",
      { copy: named("b"), to: ["ap-shanghai"], select: { type: "shared", creator: ["1"] } },
      { copy: named("a"), to: ["ap-beijing"], select: { type: "shared", creator: ["1"] } },
      ["name a/b ap-guangzhou"],
    ],
    [
      "where the second takes fewer",
      { select: { ...all.select, platform: ["Ubuntu"] } },
      {},
      ["name a/b ap-shanghai+ap-beijing"],
    ],
    [
      "where the first takes fewer",
      {},
      { select: { ...all.select, family: "f" } },
      ["name a/b ap-shanghai+ap-beijing"],
    ],
  ])("contradict each other: they %s", (_, second, first, expected) => {
    expect(found(second, first)).toEqual(expected);
  });

  it.each<[string, Partial<Policy>, Partial<Policy>]>([
    ["say the same, but for spaces", { copy: named("{{ name }}") }, { copy: named("{{name}}") }],
    ["one has no family", { copy: copySettings({ family: "g" }) }, { copy: copySettings() }],
    [
      "have different tags",
      { copy: copySettings({ tags: { inherit: true, set: { b: "1" } } }) },
      { copy: copySettings({ tags: { inherit: true, set: { a: "1" } } }) },
    ],
    ["take images of different kinds", { select: { type: "shared", creator: ["1"] } }, {}],
    ["take images of different names", { select: { type: "custom", name: ["base-*"] } }, {}],
    [
      "take the newest of different images",
      { select: { ...all.select, newest: 3 }, from: ["ap-guangzhou", "ap-nanjing"] },
      { select: { ...all.select, newest: 3 }, from: ["ap-guangzhou", "ap-chengdu"] },
    ],
    [
      "take the newest where only one asks for a tag",
      { select: { ...all.select, newest: 3, tags: { a: ["b"] } } },
      { select: { ...all.select, newest: 3 } },
    ],
    [
      "may mean the same family",
      { copy: copySettings({ family: "g" }) },
      { copy: copySettings({ family: "inherit" }), select: { ...all.select, family: "g" } },
    ],
    [
      "inherit a family that nobody knows",
      { copy: copySettings({ family: "g" }) },
      { copy: copySettings({ family: "inherit" }) },
    ],
    ["may mean the same name", { copy: named("golden-web") }, { copy: named("{{name}}") }],
    [
      "mean the same name in the regions they share",
      { copy: named("x-{{region}}-{{sourceRegion}}"), to: ["ap-shanghai"] },
      { copy: named("x-ap-shanghai-ap-guangzhou") },
    ],
    ["may not cross the border, either of them", { to: ["ap-tokyo"] }, { to: ["ap-tokyo"] }],
    ["have no source in common", { from: ["ap-beijing"] }, {}],
    ["have no destination in common", { to: ["ap-tokyo"] }, {}],
    ["make one of them encrypted, under another name", { copy: { ...named("b"), encrypt: {} } }, {}],
    ["are not both enabled", { enabled: false }, {}],
    ["have their source for their only common destination", { to: ["ap-guangzhou"] }, { to: ["ap-guangzhou"] }],
  ])("may stand beside each other: they %s", (_, second, first) => {
    expect(found(second, first)).toEqual([]);
  });

  it("with a name that no image of theirs can have contradict each other", () => {
    expect(found({ copy: named("other") }, { copy: named("{{name}}") })).toHaveLength(1);
    expect(found({ copy: named("golden") }, { copy: named("{{name}}-x") })).toHaveLength(1);
  });

  it("contradict each other where only one of them may not cross the border", () => {
    const to = ["ap-tokyo"];
    expect(found({ to, crossBorder: "approved" }, { to })).toEqual(["name a/b ap-tokyo"]);
  });

  it("of many are looked for in no time, and not all told", () => {
    const many = (fields: (index: number) => Partial<Policy>) =>
      Array.from({ length: 1500 }, (_, index) => policy({ name: `p${index}`, ...fields(index) }));
    const start = performance.now();
    expect(contradictions(many((index) => ({ copy: copySettings({ shareWith: [String(index)] }) })))).toEqual([]);
    expect(contradictions(many((index) => ({ copy: named(`n${index}`) })))).toHaveLength(100);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it("are named with both, at the later one", () => {
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
        'p.yaml:5:32: policies[1].copy.name: policy two says "x-{{name}}", and policy one says "{{name}}" of the same copies in ap-tokyo',
      );
    }
  });
});
