import { describe, expect, it } from "vitest";
import { contradictions } from "../../../lib/core/policy/contradictions.ts";
import { parsePolicy } from "../../../lib/core/policy/policy.ts";
import { InputError } from "../../../lib/errors.ts";
import type { Policy } from "../../../lib/types.ts";
import { copySettings, policy } from "../../support/builders.ts";

const named = (name: string) => copySettings({ name });
const all = policy({ name: "all", copy: named("a") });
const found = (second: Partial<Policy>, first: Partial<Policy> = {}) =>
  contradictions([{ ...all, ...first }, policy({ name: "second", copy: named("b"), ...second })]).map(
    ({ path, values, region }) => `${path.join(".")} ${values.join("/")} ${region}`,
  );

describe("two policies for one copy", () => {
  it.each<[string, Partial<Policy>, Partial<Policy>, string[]]>([
    ["differ in the name", {}, {}, ["name a/b ap-shanghai"]],
    [
      "differ in the family",
      { copy: copySettings({ family: "g" }) },
      { copy: copySettings({ family: "f" }) },
      ["family f/g ap-shanghai"],
    ],
    [
      "differ in the description",
      { copy: copySettings({ description: "x" }) },
      { copy: copySettings() },
      ["description inherit/x ap-shanghai"],
    ],
    [
      "differ in a tag",
      { copy: copySettings({ tags: { inherit: true, set: { env: "dr" } } }) },
      { copy: copySettings({ tags: { inherit: true, set: { env: "prod", a: "b" } } }) },
      ["tags.set.env prod/dr ap-shanghai"],
    ],
    ["where the second takes fewer", { select: { ...all.select, platform: ["Ubuntu"] } }, {}, ["name a/b ap-shanghai"]],
    ["where the first takes fewer", {}, { select: { ...all.select, family: "f" } }, ["name a/b ap-shanghai"]],
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
      "take the newest of different numbers",
      { select: { ...all.select, newest: 3 } },
      { select: { ...all.select, newest: 1 } },
    ],
    ["have no source in common", { from: ["ap-beijing"] }, {}],
    ["have no destination in common", { to: ["ap-tokyo"] }, {}],
    ["make one of them encrypted", { copy: { ...named("b"), encrypt: {} } }, {}],
    ["are not both enabled", { enabled: false }, {}],
    ["have their source for their only common destination", { to: ["ap-guangzhou"] }, { to: ["ap-guangzhou"] }],
  ])("may stand beside each other: they %s", (_, second, first) => {
    expect(found(second, first)).toEqual([]);
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
