// Reports whether the journal has reached the log service, and whether it is late.
import { logText } from "../../model/messages/log.ts";
import { reason } from "../../model/messages/reasons.ts";
import { iso } from "../../model/time.ts";
import type { Millis, Reason } from "../../model/types.ts";
import { agoText } from "./timer-health.ts";

/** The health of the journal. */
export interface JournalHealth {
  /** One line for `status`. */
  readonly text: string;
  readonly problem?: Reason;
}

/** A log service may be away for a while: the lines wait in the state, and every run tries again. */
const LATE_AFTER: Millis = 10 * 60_000;

/**
 * Since when lines wait, with a problem if that is too long. `unsentSince`: when the oldest unsent
 * line was written, in milliseconds as `now`.
 */
export function journalHealth(unsentSince: Millis | undefined, now: Millis): JournalHealth {
  if (unsentSince === undefined) return { text: logText("all-sent").text };
  const since = iso(unsentSince);
  const { text } = logText("waits", { since });
  const age = now - unsentSince;
  return age <= LATE_AFTER ? { text } : { text, problem: reason("journal-late", { since, ago: agoText(age) }) };
}
