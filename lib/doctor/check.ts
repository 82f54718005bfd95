// One line of the doctor: what was examined, how it is, and what to do next.

import type { Text } from "../model/messages/define.ts";
import { finding } from "../model/messages/doctor.ts";

/** `not-checked`: nothing is known of it, for the reason that the text gives. */
export type Status = "ok" | "warning" | "wrong" | "not-checked";

/** One check, and its result. */
export interface Check {
  /** What was examined, e.g. `region ap-tokyo`. */
  readonly subject: string;
  readonly status: Status;
  /** Stable, for programs. */
  readonly code: string;
  readonly text: Text;
  /** What to do next; absent where nothing has to be done. */
  readonly remedy?: Text;
}

export type Found = ReturnType<typeof finding>;

const STATUS = { info: "ok", warn: "warning", error: "wrong" } as const;

/** The result that a message says: its level is the status. */
export function check(subject: string, message: Found): Check {
  return { subject, status: STATUS[finding.levelOf(message.code)], ...message };
}

/** The result of what could not be examined. */
export function notChecked(subject: string, message: Found): Check {
  return { subject, status: "not-checked", ...message };
}

/** The number of checks of each status. */
export function countChecks(checks: readonly Check[]): Readonly<Record<Status, number>> {
  const count = (status: Status) => checks.filter((one) => one.status === status).length;
  return { ok: count("ok"), warning: count("warning"), wrong: count("wrong"), "not-checked": count("not-checked") };
}
