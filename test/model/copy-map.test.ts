// Maps by copies behave as maps by `copyId`, and the keys come in the order of their `copyId`.
import { describe, expect, it } from "vitest";
import { CopyMap, groupByRoot, inOrder, RootMap } from "../../lib/model/copy/copy-map.ts";
import { copyId, rootRefId } from "../../lib/model/identity.ts";
import type { CopyKey } from "../../lib/model/types.ts";
import { fixedBeginning, matches } from "../../lib/policy/values/globs.ts";
import fc from "../support/random.ts";

// One part may begin with another one, and the sign that follows may come before the slash.
const keys: fc.Arbitrary<CopyKey> = fc.record({
  account: fc.constantFrom("1", "10"),
  rootRegion: fc.constantFrom("ap-shanghai", "ap-shanghai-fsi"),
  rootId: fc.constantFrom("img-1", "img-1-x", "img-10", "img-1.x"),
  region: fc.constantFrom("ap-shanghai", "ap-shanghai-fsi", "ap-beijing"),
  variant: fc.constantFrom("plain" as const, "encrypted:default" as const, "encrypted:key" as const),
});

describe("a map by copies", () => {
  it("has the entries of a map by copyId, in the same order", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.nat())), keys, (entries, other) => {
        const byParts = new CopyMap(entries);
        const byText = new Map(entries.map(([key, value]) => [copyId(key), value]));
        expect([...byParts].map(([key, value]) => [copyId(key), value])).toEqual([...byText]);
        expect([byParts.size, byParts.has(other)]).toEqual([byText.size, byText.has(copyId(other))]);
        expect(byParts.get({ ...other })).toBe(byText.get(copyId(other)));
      }),
    );
  });

  it("gives its keys in the order of their copyId", () => {
    fc.assert(
      fc.property(fc.array(keys), (some) => {
        const different = [...new CopyMap(some.map((key) => [key, true])).keys()];
        expect(inOrder(different).map(copyId)).toEqual(different.map(copyId).sort());
      }),
    );
  });

  it("by sources has one entry for each root", () => {
    fc.assert(
      fc.property(fc.array(keys), (some) => {
        const roots = new RootMap<CopyKey>();
        for (const key of some) roots.set(key, key);
        const ids = new Set(some.map(rootRefId));
        expect(roots.size).toBe(ids.size);
        expect([...roots.values()].map(rootRefId).sort()).toEqual([...ids].sort());
        const groups = groupByRoot(some.map((key) => ({ key })));
        for (const key of some) {
          const group = some.filter((one) => rootRefId(one) === rootRefId(key));
          expect(groups.get(key)?.map((one) => one.key)).toEqual(group);
        }
      }),
    );
  });
});

describe("the fixed beginning of a glob", () => {
  it.each([
    ["golden-*", "golden-"],
    ["a?c", "a"],
    [String.raw`a\*b*`, "a*b"],
    ["*", ""],
    ["whole", "whole"],
  ])("of %s is %j", (glob, beginning) => {
    expect(fixedBeginning(glob)).toBe(beginning);
  });

  it("begins every name that the glob matches", () => {
    const texts = fc.string({ unit: fc.constantFrom("a", "b", "*", "?", "\\", "😀"), maxLength: 5 });
    fc.assert(
      fc.property(texts, texts, (glob, name) => {
        if (matches(glob, name)) expect(name.startsWith(fixedBeginning(glob))).toBe(true);
      }),
    );
  });
});
