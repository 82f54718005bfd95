// Durations and instants, and the waits that exactly-once rests on.
import type { Millis } from "./types.ts";

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

/** The times on which the exactly-one promise rests; see `docs/decisions/001-the-name-is-the-token.md`. */

/** How long the cloud accepts a signature: ±5 minutes around its own clock (TC3-HMAC-SHA256, X-TC-Timestamp). */
export const SIGNATURE_LIFE: Millis = 300_000;
/** How far the clocks of two of our instances may be apart. */
export const CLOCK_SKEW: Millis = 60_000;
/** How long one SyncImages may take before its outcome counts as unknown. */
export const SYNC_TIMEOUT: Millis = 20_000;
/** How long a claim allows its request to be signed. Short: a claim that ends without an answer is waited out. */
export const CLAIM_LIFE: Millis = 30_000;
/** How old what was read may be when something is done because of it. */
export const STALE: Millis = 120_000;

/** When a source that is busy, or a call that was throttled, is tried again. */
export const BUSY_BACKOFF: Millis = 30_000;
/** How long a copy that needs a person is left before it is tried again. */
export const RECHECK_AFTER: Millis = 10 * 60_000;

const RETRY_FIRST: Millis = 30_000;
const RETRY_LONGEST: Millis = 30 * 60_000;

/** How long to wait after so many failed attempts. */
export function backoff(attempts: number): Millis {
  return Math.min(RETRY_LONGEST, RETRY_FIRST * 2 ** attempts);
}

/** A time as a person reads it. */
export function iso(at: Millis): string {
  return new Date(at).toISOString();
}
