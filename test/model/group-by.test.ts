// The grouping that replaces `map.set(key, [...(map.get(key) ?? []), item])`.
import { describe, expect, it } from "vitest";
import { groupBy } from "../../lib/model/group-by.ts";

describe("groupBy", () => {
  it("keeps the order of the groups' first items and of the items in each group", () => {
    const groups = groupBy(["beta", "alpha", "bravo", "apex"], (word) => word.charAt(0));
    expect([...groups]).toEqual([
      ["b", ["beta", "bravo"]],
      ["a", ["alpha", "apex"]],
    ]);
  });

  it("takes any iterable and any key", () => {
    expect([...groupBy(new Set([1, 2, 3]), (number) => number % 2 === 0)]).toEqual([
      [false, [1, 3]],
      [true, [2]],
    ]);
  });

  it("returns no group for no items", () => {
    expect(groupBy([], String).size).toBe(0);
  });
});
