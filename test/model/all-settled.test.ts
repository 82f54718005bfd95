import { describe, expect, it } from "vitest";
import { settleAll } from "../../lib/model/all-settled.ts";
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
