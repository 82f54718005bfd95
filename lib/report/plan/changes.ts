// Which change in the cloud a line of the journal reports.
import type { JournalEntry } from "../../model/types.ts";

/** The kinds of changes, by the event of the journal that reports them. */
const CHANGES: Readonly<Record<string, string>> = {
  sent: "requested",
  "sent-no-id": "requested",
  "sent-unknown": "requested",
  tagged: "tagged",
  untagged: "untagged",
  modified: "modified",
  shared: "shared",
  unshared: "unshared",
  deleted: "deleted",
};

/** The kinds of changes that are counted. `refused`: copies whose call failed. */
export const CHANGE_KINDS: readonly string[] = [...new Set(Object.values(CHANGES)), "refused"];

/**
 * The kind of change that a line reports: `requested` is one copy, `refused` one copy whose call
 * failed. Undefined if it reports none. Changes are counted from the journal, not from the plan: a
 * planned call may be refused, or another process may make it.
 */
export function changeOf({ event, code }: Pick<JournalEntry, "event" | "code">): string | undefined {
  // A code is that of a failed call, whatever the entry says about its copy.
  return CHANGES[event] ?? (code === undefined ? undefined : "refused");
}
