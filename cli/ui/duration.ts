// Writes durations, ages and remaining times in the short form that kubectl has made usual.
import type { Millis } from "../../lib/model/types.ts";

const SECOND: Millis = 1000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/**
 * A duration in milliseconds as `45s`, `12m`, `3h10m` or `4d`: the largest unit, and for hours the
 * minutes. Rounds down, so that an age is never shown as longer than it is. Less than a second, and
 * a negative length (two clocks differ), is `0s`.
 */
export function shortDuration(length: Millis): string {
  if (length < MINUTE) return `${Math.max(0, Math.floor(length / SECOND))}s`;
  if (length < HOUR) return `${Math.floor(length / MINUTE)}m`;
  if (length >= DAY) return `${Math.floor(length / DAY)}d`;
  const minutes = Math.floor((length % HOUR) / MINUTE);
  return `${Math.floor(length / HOUR)}h${minutes > 0 ? `${minutes}m` : ""}`;
}
