// Where a copy comes from: which run requested it for which policy, and the request id.
import { copyId } from "../../model/identity.ts";
import { iso } from "../../model/time.ts";
import type { CopyKey, JournalEntry, Run } from "../../model/types.ts";
import { processText } from "./run-history.ts";

/** How a copy came to be, as `explain --json` shows it. */
export interface Origin {
  /** `requested`, or how else the program came to it. */
  readonly how: "requested" | "recovered" | "adopted";
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Of SyncImages, for the vendor's support. */
  readonly requestId: string | null;
  /** The policy for which it was requested then. */
  readonly policy: string | null;
  /** Why that run started; null if the run is not recorded any more. */
  readonly trigger: string | null;
  readonly process: string | null;
}

const HOW: Readonly<Record<string, Origin["how"]>> = { sent: "requested", recovered: "recovered", adopted: "adopted" };

/** The origin of the latest image of a copy. `entries` in any order. Undefined if no line tells it. */
export function originOf(key: CopyKey, entries: readonly JournalEntry[], runs: readonly Run[]): Origin | undefined {
  const found = entries
    .filter((entry) => entry.event in HOW && entry.key && copyId(entry.key) === copyId(key))
    .sort((a, b) => b.at - a.at);
  // A record that was recovered later was requested all the same.
  const entry = found.find(({ event }) => event === "sent") ?? found[0];
  if (!entry) return undefined;
  const run = runs.find(({ id }) => id === entry.runId);
  return {
    how: HOW[entry.event] ?? "requested",
    at: iso(entry.at),
    requestId: entry.requestId ?? null,
    policy: entry.policy ?? null,
    trigger: run?.trigger ?? null,
    process: run?.by ? processText(run.by) : null,
  };
}
