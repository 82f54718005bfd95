// The short form of durations.
import { expect, it } from "vitest";
import { shortDuration } from "../../cli/ui/duration.ts";

it.each([
  [-5000, "0s"],
  [999, "0s"],
  [45_900, "45s"],
  [60_000, "1m"],
  [12 * 60_000 + 59_000, "12m"],
  [3_600_000, "1h"],
  [3 * 3_600_000 + 10 * 60_000, "3h10m"],
  [23 * 3_600_000 + 59 * 60_000, "23h59m"],
  [4 * 86_400_000 + 3_600_000, "4d"],
])("%i ms is %s", (length, text) => {
  expect(shortDuration(length)).toBe(text);
});
