// What the errors of SQLite mean to the user.
import type { Message } from "../../../model/messages/define.ts";
import { storeFault } from "../../../model/messages/state.ts";

/** How long to wait for another process that writes, ms. A write takes a few; the wait blocks. */
export const BUSY = 10_000;

/** The code of an error of SQLite or of the system; empty if it has none. */
export function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "";
}

/** Explains an error of libsql; see `Engine`. */
export function explainSqlite(error: unknown): Message {
  const words = error instanceof Error ? error.message : String(error);
  const cause = [codeOf(error), words].filter((part) => part !== "").join(": ");
  const code = FAULTS.find(([pattern]) => pattern.test(cause))?.[1] ?? "sqlite-failed";
  return storeFault(code, { cause, seconds: BUSY / 1000 });
}

/**
 * Matched against "code: message" (https://www.sqlite.org/rescode.html). libsql does not know the
 * names of all codes, such as that of a folder that may not be written.
 */
const FAULTS = [
  [/^SQLITE_NOTADB/, "sqlite-not-database"],
  [/^SQLITE_CORRUPT/, "sqlite-damaged"],
  [/^SQLITE_BUSY/, "sqlite-busy"],
  [/^SQLITE_FULL/, "sqlite-full"],
  [/^SQLITE_READONLY|readonly database/, "sqlite-read-only"],
  [/^SQLITE_CANTOPEN|unable to open/i, "sqlite-cannot-open"],
  [/^SQLITE_IOERR/, "sqlite-disk"],
  [/no such (table|column|index): |has no column named/, "sqlite-other-tables"],
] as const;
