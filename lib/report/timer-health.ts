// When the timer last ran, and whether it is late.
import { iso } from "../model/time.ts";
import type { AccountRecord, Millis, Reason } from "../model/types.ts";

/** How the timer is doing. */
export interface TimerHealth {
  readonly text: string;
  /** When a run of the timer last ended; null if none ever has. */
  readonly ranAt: Millis | null;
  readonly problem?: Reason;
}

/** A timer that is set to every minute may miss some; it is not late before this. */
const PATIENCE: Millis = 5 * 60_000;

/** When the timer last ran, and whether that is too long ago. Where no timer ever ran, it may well not be meant to. */
export function timerHealth(record: AccountRecord | undefined, sweepEvery: Millis, now: Millis): TimerHealth {
  const ranAt = record?.heartbeatAt;
  if (ranAt === undefined) return { ranAt: null, text: "timer: it has not run yet (function poll-copies)" };
  const ago = now - ranAt;
  const text = `timer: ran ${agoText(ago)}`;
  if (ago <= Math.max(PATIENCE, sweepEvery)) return { ranAt, text };
  const problem = {
    code: "timer-late",
    text: `the timer has not ended a run since ${iso(ranAt)}, ${agoText(ago)}`,
    remedy: "look at the trigger of poll-copies, and at the log of that function",
  };
  return { ranAt, text, problem };
}

/** How long ago something was, as a person says it. */
function agoText(length: Millis): string {
  const [unit, millis] = UNITS.find(([, one]) => length >= 2 * one) ?? ["s", 1000];
  return length < 1000 ? "just now" : `${Math.floor(length / millis)} ${unit} ago`;
}

const UNITS = [
  ["days", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
] as const;
