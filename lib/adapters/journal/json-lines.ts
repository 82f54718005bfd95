// A journal of JSON lines, and a journal that appends to several others.
import type { Journal } from "../../model/ports.ts";
import { plainJson } from "../../model/printable.ts";
import type { JournalEntry } from "../../model/types.ts";

export type LogLevel = "error" | "warn" | "info" | "debug";

const RANK: Record<LogLevel, number> = { error: 0, warn: 1, info: 2, debug: 3 };

/**
 * A journal of JSON lines. SCF ships each line that a function prints to CLS, where its fields can
 * be searched (vendor's page 583/40705: a printed JSON line becomes custom fields).
 */
export function lineJournal(write: (line: string) => void, level: LogLevel): Journal {
  return {
    async append(entries) {
      for (const entry of entries) if (RANK[entry.level] <= RANK[level]) write(`${plainJson(readable(entry))}\n`);
    },
  };
}

function readable({ at, ...rest }: JournalEntry): Record<string, unknown> {
  return { time: new Date(at).toISOString(), ...rest };
}

/** A journal that appends to each of `journals`, in order. */
export function journalTo(...journals: readonly Journal[]): Journal {
  return {
    async append(entries) {
      for (const journal of journals) await journal.append(entries);
    },
  };
}
