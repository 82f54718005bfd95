// What the journal adds to the record of an unfinished copy: where it stands, and the last RequestId.
import { copyId } from "../../model/identity.ts";
import { isAboutName } from "../../model/messages/journal.ts";
import type { Copy, JournalEntry, Millis, Reason } from "../../model/types.ts";

/** Where an unfinished copy stands: the step that is carried out, or that had no effect last. */
export type Stage = "requesting" | "copying" | "tagging" | "renaming" | "publishing" | "sharing";

/** What the newest lines of the journal say of a copy. */
export interface JournalFacts {
  readonly stage?: Stage;
  /** When the journal first spoke of this stage, in epoch milliseconds. */
  readonly stageSince?: Millis;
  /** Of the last call that failed. */
  readonly requestId?: string;
  /** Why the last call for this copy failed; absent if it succeeded. */
  readonly failure?: Reason;
}

/**
 * The facts for each copy, by `copyId`. `entries`: the newest first, as many as were read; what is
 * older is not known. A call that answers is not always read back as done, so the last one counts as
 * still being carried out.
 */
export function journalFacts(copies: readonly Copy[], entries: readonly JournalEntry[]): Map<string, JournalFacts> {
  const facts = new Map<string, JournalFacts>();
  const byCopy = new Map<string, JournalEntry[]>();
  for (const entry of entries) {
    if (!entry.key) continue;
    const id = copyId(entry.key);
    byCopy.set(id, [...(byCopy.get(id) ?? []), entry]);
  }
  for (const copy of copies) {
    const own = byCopy.get(copyId(copy.key)) ?? [];
    const called = own.filter(({ requestId, code }) => requestId !== undefined || code !== undefined);
    const [last] = called;
    const requestId = called.find((entry) => entry.code !== undefined && entry.requestId !== undefined)?.requestId;
    const at = isUnfinished(copy) ? stageIn(copy, own) : {};
    facts.set(copyId(copy.key), {
      ...at,
      ...(requestId !== undefined && { requestId }),
      ...(last?.code !== undefined && { failure: { code: last.code, text: last.text } }),
    });
  }
  return facts;
}

function isUnfinished({ phase }: Copy): boolean {
  return phase === "requested" || phase === "copying" || phase === "finishing" || phase === "stuck";
}

function stageIn(copy: Copy, entries: readonly JournalEntry[]): Pick<JournalFacts, "stage" | "stageSince"> {
  if (copy.phase === "requested") return { stage: "requesting", stageSince: copy.claim.claimedAt };
  if (copy.phase === "copying") return { stage: "copying", stageSince: copy.progressedAt };
  const stages = entries.map(stageOf);
  const last = stages.find((stage) => stage !== undefined);
  if (last === undefined) return {};
  // The same step may have been tried many times: its first line says since when.
  const end = stages.findIndex((stage) => stage !== undefined && stage !== last);
  const since = entries.filter((_, at) => stages[at] === last && (end < 0 || at < end)).at(-1)?.at;
  return { stage: last, ...(since !== undefined && { stageSince: since }) };
}

/** The stage that a line is about. The first `modify` sets the name, a later one the family. */
function stageOf({ event, text }: JournalEntry): Stage | undefined {
  switch (event) {
    case "sent":
    case "progress":
      return "copying";
    case "tag":
    case "tagged":
    case "tag-failed":
      return "tagging";
    // A failed call is announced before it, with what it sets.
    case "modify":
    case "modified":
      return isAboutName(text) ? "renaming" : "publishing";
    case "share":
    case "shared":
    case "share-failed":
      return "sharing";
    default:
      return undefined;
  }
}
