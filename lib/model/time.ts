// Durations and times as text, and the waiting times that exactly-once copying depends on.
import type { Millis } from "./types.ts";

// Largest first, so that a duration is written in the largest unit that divides it.
const UNITS: readonly (readonly [unit: string, length: Millis])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];

/**
 * Reads a whole number and one unit: `500ms`, `90s`, `10m`, `2h` or `7d`. Returns undefined for any
 * other text.
 */
export function parseDuration(text: string): Millis | undefined {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  if (!match) return undefined;
  const length = UNITS.find(([unit]) => unit === match[2])?.[1] ?? Number.NaN;
  const millis = Number(match[1]) * length;
  return Number.isSafeInteger(millis) ? millis : undefined;
}

/**
 * Writes a duration as `parseDuration` reads it, e.g. 90,000 as `90s`. Rounds to whole
 * milliseconds.
 */
export function formatDuration(millis: Millis): string {
  const whole = Math.round(millis);
  if (whole === 0) return "0s";
  for (const [unit, length] of UNITS) if (whole % length === 0) return `${whole / length}${unit}`;
  return `${whole}ms`;
}

// Exactly one copy depends on the following times; see
// `docs/decisions/001-the-name-is-the-token.md`.

/**
 * How long the cloud accepts a signature: ±5 minutes around its own clock (TC3-HMAC-SHA256,
 * X-TC-Timestamp).
 */
export const SIGNATURE_LIFE: Millis = 300_000;
/** How far the clocks of two instances of this program may differ. */
export const CLOCK_SKEW: Millis = 60_000;
/** How long one SyncImages request may take before its outcome counts as unknown. */
export const SYNC_TIMEOUT: Millis = 20_000;
/**
 * How long after a claim its request may be signed. Short, because after a lost answer this time
 * must pass first.
 */
export const CLAIM_LIFE: Millis = 30_000;
/** `SETTLE` unless it is set: how long a requested copy may stay invisible in listings. */
export const DEFAULT_SETTLE: Millis = 120_000;
/** How old a reading may be when an action is based on it. An older one is stale. */
export const STALE: Millis = 120_000;
/** How long the cloud may take for one page of a list; a reading of many pages may be older by that. */
export const PAGE_TIMEOUT: Millis = 20_000;

/**
 * How long the cloud may take for the answers to the questions of one kind about one region. Shorter
 * than `STALE`, so that there is time to act on them.
 */
export const ANSWER_LIMIT: Millis = 90_000;

/**
 * The shortest time for which an orphaned copy is kept: `prune.minAge` cannot go below it, because
 * until then another instance may still see the source.
 */
export function shortestPruneAge(settle: Millis): Millis {
  return settle + CLOCK_SKEW;
}

/** How long to wait before the next try if the source is busy or a call was throttled. */
export const BUSY_BACKOFF: Millis = 30_000;
/** How long a blocked copy waits before it is checked again. */
export const RECHECK_AFTER: Millis = 10 * 60_000;

const RETRY_FIRST: Millis = 30_000;
const RETRY_LONGEST: Millis = 30 * 60_000;

/**
 * How long to back off after this many failed attempts: 30 s, doubled each time, at most 30 min.
 */
export function backoff(attempts: number): Millis {
  return Math.min(RETRY_LONGEST, RETRY_FIRST * 2 ** attempts);
}

/**
 * Whether a copy still has to wait until `notBefore`. A time further away than any wait was recorded
 * by a wrong clock.
 */
export function mustWait(
  notBefore: Millis,
  { now, settle }: { readonly now: Millis; readonly settle: Millis },
): boolean {
  const longest = Math.max(RETRY_LONGEST, settle + CLOCK_SKEW) + CLOCK_SKEW;
  return now < notBefore && notBefore <= now + longest;
}

/** A time in ISO 8601 (UTC). */
export function iso(at: Millis): string {
  return new Date(at).toISOString();
}
