import { describe, expect, it } from "vitest";
import type { Observation } from "../../lib/model/observation.ts";
import type { Policy, Select } from "../../lib/model/policy.ts";
import type { Image } from "../../lib/model/types.ts";
import { listDesiredCopies } from "../../lib/plan/desired/desired-copies.ts";
import { findContradictions } from "../../lib/policy/validate/conflicts.ts";
import { coveredBy, sharedSources, takesAllOf } from "../../lib/policy/validate/subsumption.ts";
import { copySettings, image, NOW, observation, policy } from "../support/builders.ts";
import fc from "../support/random.ts";

const select = (fields: Partial<Select>): Policy => policy({ select: { type: "custom", ...fields } });

describe("takesAllOf", () => {
  it.each<[string, Partial<Select>, Partial<Select>]>([
    ["all images", {}, { name: ["a"], newest: 1 }],
    [
      "the same in another order",
      { name: ["a", "b"], platform: ["X", "Y"] },
      { name: ["b", "a"], platform: ["y", "x"] },
    ],
    ["more names", { name: ["a", "b", "!c"] }, { name: ["a", "!c", "!d"] }],
    ["any name", { name: ["*"] }, {}],
    ["any name except some", { name: ["!c"] }, { name: ["a", "!c"] }],
    ["more values of a tag", { tags: { a: ["1", "2"] } }, { tags: { a: ["1"], b: ["1"] } }],
    ["older and younger images", { createdAfter: 1, minAge: 1 }, { createdAfter: 2, minAge: 2 }],
    ["images of any age", { maxAge: 9 }, { maxAge: 8 }],
    ["with fewer exclusions", { not: { tags: { a: ["1"] } } }, { not: { name: ["x"], tags: { a: ["1", "2"] } } }],
    ["at least as many of the newest", { newest: 3 }, { newest: 3 }],
  ])("is certain of a policy that selects %s", (_, wide, narrow) => {
    expect(takesAllOf(select(wide), select(narrow))).toBe(true);
  });

  it.each<[string, Partial<Select>, Partial<Select>]>([
    ["another name", { name: ["a"] }, { name: ["b"] }],
    ["some names", { name: ["a"] }, {}],
    ["some names, where the other excludes some", { name: ["a"] }, { name: ["!b"] }],
    ["all but excluded names", { name: ["!b"] }, {}],
    ["another value of a tag", { tags: { a: ["1"] } }, { tags: { a: ["1", "2"] } }],
    ["another platform", { platform: ["x"] }, {}],
    ["another family", { family: "f" }, { family: "g" }],
    ["shared images", { type: "shared" }, {}],
    ["younger images", { createdAfter: 2 }, { createdAfter: 1 }],
    ["older images", { minAge: 2 }, {}],
    ["images of a limited age", { maxAge: 2 }, {}],
    ["with more exclusions", { not: { name: ["x"] } }, {}],
    ["fewer of the newest", { newest: 2 }, { newest: 3 }],
    ["the newest of all", { newest: 2 }, {}],
    ["the newest of other images", { newest: 2 }, { newest: 2, name: ["a"] }],
  ])("is not certain of a policy that selects %s", (_, wide, narrow) => {
    expect(takesAllOf(select(wide), select(narrow))).toBe(false);
  });

  it("is not certain of the newest images of more regions", () => {
    const newest: Select = { type: "custom", newest: 2 };
    const here = policy({ select: newest });
    const more = policy({ select: newest, from: ["ap-guangzhou", "ap-nanjing"] });
    expect([takesAllOf(more, here), takesAllOf(here, more)]).toEqual([false, true]);
  });
});

const few = <T>(...values: T[]) => fc.subarray(values, { minLength: 1 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const without = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
const tags = fc.oneof(fc.constant({}), fc.record({ a: few("1", "2") }));
const selects: fc.Arbitrary<Select> = fc
  .record({
    name: maybe(few("x", "*", "!y")),
    tags: maybe(tags),
    platform: maybe(few("P", "Q")),
    family: maybe(fc.constantFrom("f", "g")),
    createdAfter: maybe(fc.constantFrom(NOW - 5, NOW - 3)),
    minAge: maybe(fc.constantFrom(1, 3)),
    maxAge: maybe(fc.constantFrom(2, 4)),
    newest: maybe(fc.constantFrom(1, 2)),
    not: maybe(fc.record({ tags })),
  })
  .chain((fields) =>
    fc.constantFrom<Select>({ type: "custom", ...without(fields) }, { type: "shared", ...without(fields) }),
  );
const REGIONS = ["ap-guangzhou", "ap-shanghai", "ap-tokyo"] as const;
const copies = fc
  .record({
    name: fc.constantFrom("{{name}}", "x", "{{name}}-{{region}}", "x-ap-tokyo", "{{ name }}"),
    description: maybe(fc.constant("d")),
    family: maybe(fc.constantFrom("inherit", "f")),
    tags: fc.record({
      inherit: fc.constant(false),
      set: fc.constantFrom<Record<string, string>>({}, { k: "1" }, { k: "2" }),
    }),
    encrypt: fc.constantFrom<Policy["copy"]["encrypt"]>(false, false, {}),
    regions: fc.constantFrom<Policy["copy"]["regions"]>(
      {},
      { "ap-tokyo": { tags: { set: { k: "1" } }, encrypt: false } },
    ),
  })
  .map((fields) => copySettings(without(fields)));
const policies = (name: string) =>
  fc
    .record({
      select: selects,
      from: few(...REGIONS),
      to: few(...REGIONS),
      copy: copies,
      crossBorder: fc.constantFrom("never", "approved"),
    })
    .map((fields) => policy({ ...fields, name }));
/**
 * Two policies. Often the second is the first with one or two settings changed, so that they have
 * much in common.
 */
const pairs = fc
  .tuple(policies("one"), policies("two"), few("select", "from", "to", "copy", "crossBorder"))
  .map(([one, other, keys]): [Policy, Policy] => {
    const changed = Object.fromEntries(keys.slice(0, 2).map((key) => [key, other[key as keyof Policy]]));
    return [one, { ...one, name: "two", ...changed }];
  });
const images: fc.Arbitrary<Image[]> = fc.array(
  fc
    .record({
      region: fc.constantFrom(...REGIONS),
      name: fc.constantFrom("x", "y", "z"),
      type: fc.constantFrom("custom", "shared"),
      platform: fc.constantFrom("P", "Q"),
      family: maybe(fc.constantFrom("f", "g")),
      tags: fc.constantFrom<Record<string, string>>({}, { a: "1" }, { a: "2" }),
      createdAt: fc.integer({ min: NOW - 6, max: NOW }),
    })
    .map((fields) => image(without(fields))),
  { maxLength: 6 },
);
const worlds = images.map((all) =>
  observation(
    all.map((one, i) => ({ ...one, imageId: `img-${i}` })),
    REGIONS,
  ),
);
const runs = { numRuns: 3000 };
const sightOf = (world: Observation) => ({
  observation: world,
  copies: [],
  copyOf: () => undefined,
  recorded: new Map(),
  now: NOW,
  settle: 0,
  isRolledBack: () => false,
  isRecallHeld: () => false,
});

describe("what is certain about two policies", () => {
  it("holds for the images that they select, whatever images exist", () => {
    let certain = 0;
    fc.assert(
      fc.property(pairs, worlds, ([wide, narrow], world) => {
        if (!takesAllOf(wide, narrow)) return;
        certain += 1;
        // With all regions as destinations each selected image has a copy.
        const roots = (one: Policy) =>
          new Set(
            [...listDesiredCopies([{ ...one, to: REGIONS }], sightOf(world)).desiredCopies.values()]
              .filter(({ root }) => sharedSources(wide, narrow).includes(root.region))
              .map(({ root }) => root.imageId),
          );
        const selected = roots(wide);
        expect([...roots(narrow)].filter((root) => !selected.has(root))).toEqual([]);
      }),
      runs,
    );
    expect(certain).toBeGreaterThan(runs.numRuns / 20);
  });

  it("includes a contradiction for every copy that both desire there", () => {
    let met = 0;
    const some = fc.oneof(
      pairs,
      pairs.map(([a, b]): [Policy, Policy] => [a, { ...a, name: "two", to: b.to, copy: b.copy }]),
      fc.tuple(policies("one"), copies).map(([a, copy]): [Policy, Policy] => {
        const wide: Policy = { ...a, select: { type: a.select.type } };
        return [wide, { ...wide, name: "two", copy }];
      }),
    );
    const from = ["ap-guangzhou"];
    fc.assert(
      fc.property(some, worlds, ([one, two], world) => {
        const both: Policy[] = [
          { ...one, from },
          { ...two, from },
        ];
        // Left out: a description, as the image may happen to have the one that a policy sets; and
        // encryption, as a plain and an encrypted copy are two copies with one name.
        const certain = findContradictions(both).filter(
          ({ path }) => path[0] !== "description" && path.at(-1) !== "encrypt",
        );
        const regions = new Set(certain.flatMap((contradiction) => contradiction.regions));
        for (const desired of listDesiredCopies(both, sightOf(world)).desiredCopies.values()) {
          if (desired.policies.length < 2 || desired.intermediate || !regions.has(desired.key.region)) continue;
          met += 1;
          expect(desired.block?.code).toBe("contradiction");
        }
      }),
      runs,
    );
    expect(met).toBeGreaterThan(10);
  });

  it("includes that a covered policy adds nothing", () => {
    let covered = 0;
    const some = fc.oneof(
      pairs,
      pairs.map(([a, b]): [Policy, Policy] => [a, { ...a, name: "two", select: b.select, to: b.to }]),
    );
    fc.assert(
      fc.property(some, worlds, ([other, one], world) => {
        if (!coveredBy(one, [other])) return;
        covered += 1;
        const desiredBy = (all: Policy[]) =>
          [...listDesiredCopies(all, sightOf(world)).desiredCopies.values()].map(
            ({ policies: _, policy: __, gives: ___, ...desired }) => desired,
          );
        expect(desiredBy([other, one])).toEqual(desiredBy([other]));
      }),
      runs,
    );
    expect(covered).toBeGreaterThan(10);
  });
});
