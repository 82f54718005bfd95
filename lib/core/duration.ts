import type { Millis } from "../types.ts";

// Largest first, so that a length is written in the largest unit that holds it exactly.
const UNITS: readonly (readonly [unit: string, length: Millis])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];

/** Reads `500ms`, `90s`, `10m`, `2h` or `7d`: a whole number and one unit. Answers milliseconds; undefined for anything else. */
export function parseDuration(text: string): Millis | undefined {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  if (!match) return undefined;
  const length = UNITS.find(([unit]) => unit === match[2])?.[1] ?? Number.NaN;
  const millis = Number(match[1]) * length;
  return Number.isSafeInteger(millis) ? millis : undefined;
}

/** Writes a length of time so that `parseDuration` reads the same back, e.g. 90,000 as `90s`. Fractions are rounded. */
export function formatDuration(millis: Millis): string {
  const whole = Math.round(millis);
  if (whole === 0) return "0s";
  for (const [unit, length] of UNITS) if (whole % length === 0) return `${whole / length}${unit}`;
  return `${whole}ms`;
}
