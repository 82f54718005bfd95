// Reports when the timer last ran, and whether the timer is late.
import { reason } from "../../model/messages/reasons.ts";
import { reportText } from "../../model/messages/report.ts";
import { iso } from "../../model/time.ts";
import type { AccountRecord, Millis, Reason } from "../../model/types.ts";

/** The health of the timer. */
export interface TimerHealth {
  /** One line for `status`. */
  readonly text: string;
  /** When a run of the timer last ended; null if none has. */
  readonly ranAt: Millis | null;
  readonly problem?: Reason;
}

/**
 * A timer that fires every minute may miss a few runs. It does not count as late before this time
 * has passed.
 */
const LATE_AFTER: Millis = 5 * 60_000;

/**
 * When the timer last ran, with a problem if that is too long ago. A timer that never ran is no
 * problem: an account may be operated by the command line alone. `sweepEvery` and `now` are in
 * milliseconds.
 */
export function timerHealth(record: AccountRecord | undefined, sweepEvery: Millis, now: Millis): TimerHealth {
  const ranAt = record?.heartbeatAt;
  if (ranAt === undefined) return { ranAt: null, text: reportText("timer-never-ran").text };
  const age = now - ranAt;
  const ago = agoText(age);
  const { text } = reportText("timer-ran", { ago });
  if (age <= Math.max(LATE_AFTER, sweepEvery)) return { ranAt, text };
  return { ranAt, text, problem: reason("timer-late", { ranAt: iso(ranAt), ago }) };
}

/** An age as text: two or more of the largest unit that fits. */
export function agoText(length: Millis): string {
  const [unit, millis] = UNITS.find(([, one]) => length >= 2 * one) ?? ["s", 1000];
  return length < 1000 ? "just now" : `${Math.floor(length / millis)} ${unit} ago`;
}

const UNITS = [
  ["days", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
] as const;
