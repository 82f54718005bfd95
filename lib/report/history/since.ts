// Reads --since and --limit.
import { InputError, toProblem } from "../../model/errors.ts";
import { historyProblem } from "../../model/messages/history.ts";
import { parseDuration } from "../../model/time.ts";
import type { Millis } from "../../model/types.ts";

const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/;

/**
 * The time that `--since` names: a duration before `now`, such as `2h`, or a date or time in UTC.
 * Throws `InputError`.
 */
export function sinceTime(value: string | undefined, now: Millis): Millis | undefined {
  if (value === undefined) return undefined;
  const length = parseDuration(value);
  if (length !== undefined) return now - length;
  const at = DATE.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw new InputError([toProblem("--since", historyProblem("not-a-time", { value }))]);
  return at;
}

/** The number that `--limit` names, from 1 to `most`. Throws `InputError`. */
export function limitOf(value: string | undefined, fallback: number, most: number): number {
  if (value === undefined) return fallback;
  const limit = /^\d+$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > most)
    throw new InputError([toProblem("--limit", historyProblem("not-a-limit", { value, most }))]);
  return limit;
}
