// Grouping in order, and promises that all end before an error is thrown.
import { describe, expect, it } from "vitest";
import { groupBy, settleAll } from "../../lib/model/collections.ts";
import { gate } from "../support/gate.ts";

describe("settleAll", () => {
  it("answers the values in the order of the promises", async () => {
    const slow = new Promise<string>((resolve) => setTimeout(() => resolve("slow"), 5));
    expect(await settleAll([slow, Promise.resolve("fast")])).toEqual(["slow", "fast"]);
    expect(await settleAll([])).toEqual([]);
  });

  it("throws only after every promise is settled", async () => {
    const slow = gate();
    let isOver = false;
    const all = settleAll([Promise.reject(new Error("failed")), slow.pass()]).finally(() => {
      isOver = true;
    });
    await slow.reached;
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    slow.open();
    await expect(all).rejects.toThrow("failed");
  });

  it("throws the error that came first in time", async () => {
    const late = new Promise<void>((_, reject) => setTimeout(() => reject(new Error("late")), 5));
    await expect(settleAll([late, Promise.reject(new Error("early"))])).rejects.toThrow("early");
  });
});

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
