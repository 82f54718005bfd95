import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "../../lib/model/time.ts";
import fc from "../support/random.ts";

describe("parseDuration", () => {
  it.each([
    ["500ms", 500],
    ["90s", 90_000],
    ["10m", 600_000],
    ["2h", 7_200_000],
    ["7d", 604_800_000],
    ["0s", 0],
  ])("reads %s", (text, millis) => {
    expect(parseDuration(text)).toBe(millis);
  });

  it.each(["", "10", "m", "10 m", "1.5h", "-1m", "1h30m", "10M", "10min", " 10m", "10m\n", "99999999999999d"])(
    "does not read %j",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe("formatDuration", () => {
  it.each([
    [0, "0s"],
    [999, "999ms"],
    [90_000, "90s"],
    [60_000, "1m"],
    [5_400_000, "90m"],
    [604_800_000, "7d"],
    [1000.4, "1s"],
  ])("writes %s as %s", (millis, text) => {
    expect(formatDuration(millis)).toBe(text);
  });

  it("writes a text that parseDuration reads back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (millis) => {
        expect(parseDuration(formatDuration(millis))).toBe(millis);
      }),
    );
  });
});
