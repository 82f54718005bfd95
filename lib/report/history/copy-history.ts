// The story of copies, from the journal: every decision and call, oldest first.
import { groupBy } from "../../model/collections.ts";
import { copyId, imageIdOf, stateOf } from "../../model/identity.ts";
import { iso } from "../../model/time.ts";
import type { Copy, CopyKey, CopyState, ImageRef, JournalEntry, Millis, Run, Variant } from "../../model/types.ts";
import { processText } from "./run-history.ts";

/** One line of the story: a member of `lines` in `history IMAGE --json`. */
export interface HistoryLine {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Milliseconds since the line before; null for the first. */
  readonly sinceBeforeMs: Millis | null;
  readonly event: string;
  readonly level: JournalEntry["level"];
  readonly text: string;
  readonly policy: string | null;
  readonly image: ImageRef | null;
  /** The request id of the call, for the vendor's support. */
  readonly requestId: string | null;
  readonly code: string | null;
  readonly runId: string;
  /** Why that run started, e.g. `timer` or `apply`; null if the run is not recorded any more. */
  readonly trigger: string | null;
  /** The process of that run; null if it is not known. */
  readonly process: string | null;
}

/** The story of one copy. */
export interface CopyHistory {
  /** The name is null if there is no record of the copy any more; so are policy, state and image. */
  readonly source: ImageRef & { readonly name: string | null };
  readonly region: string;
  readonly variant: Variant;
  readonly policy: string | null;
  readonly state: CopyState | null;
  readonly imageId: string | null;
  readonly lines: readonly HistoryLine[];
}

/** What stories are made of. */
export interface HistoryInput {
  /** The copies whose stories are told, also those that have no line. */
  readonly copies: readonly Copy[];
  /** Lines about these copies and others, from several places, in any order. */
  readonly entries: readonly JournalEntry[];
  readonly runs: readonly Run[];
  /** Whether the story of a copy is told that has no record any more. */
  readonly isWanted: (key: CopyKey) => boolean;
  readonly since?: Millis | undefined;
  /** The most lines in all; of more, the newest are kept. */
  readonly limit: number;
}

/**
 * The stories of copies, that of the oldest source first, and how many older lines were left out.
 * A line that both the state and the log service have is there once.
 */
export function copyHistories(input: HistoryInput): { histories: CopyHistory[]; older: number } {
  const { copies, runs, isWanted, since = 0, limit } = input;
  const records = new Map(copies.map((copy) => [copyId(copy.key), copy]));
  const wanted = distinctEntries(input.entries).filter(
    ({ at, key }) => at >= since && key && (records.has(copyId(key)) || isWanted(key)),
  );
  const ordered = wanted.sort((a, b) => a.at - b.at); // stable: lines of one millisecond stay in their order
  const shown = ordered.slice(Math.max(0, ordered.length - limit));
  const byCopy = groupBy(shown, ({ key }) => (key ? copyId(key) : ""));
  const keys = new Map<string, CopyKey>(copies.map(({ key }) => [copyId(key), key]));
  for (const { key } of shown) if (key) keys.set(copyId(key), key);
  const runById = new Map(runs.map((run) => [run.id, run]));
  const histories = [...keys].map(([id, key]): CopyHistory => {
    const record = records.get(id);
    return {
      source: { region: key.rootRegion, imageId: key.rootId, name: record?.rootName ?? null },
      region: key.region,
      variant: key.variant,
      policy: record?.policy ?? null,
      state: record ? stateOf(record) : null,
      imageId: (record && (imageIdOf(record) ?? record.lastImageId)) ?? null,
      lines: (byCopy.get(id) ?? []).map((entry, index, all) => lineOf(entry, all[index - 1], runById)),
    };
  });
  const ageOf = ({ source, region, variant }: CopyHistory) => {
    const record = copies.find(
      ({ key }) => key.rootId === source.imageId && key.region === region && key.variant === variant,
    );
    return record?.rootCreatedAt ?? 0;
  };
  const ages = new Map(histories.map((one) => [one, ageOf(one)]));
  const placeOf = (one: CopyHistory) => `${one.source.imageId} ${one.region} ${one.variant === "plain" ? 0 : 1}`;
  histories.sort((a, b) => (ages.get(a) ?? 0) - (ages.get(b) ?? 0) || (placeOf(a) < placeOf(b) ? -1 : 1));
  return { histories, older: ordered.length - shown.length };
}

function lineOf(entry: JournalEntry, before: JournalEntry | undefined, runs: ReadonlyMap<string, Run>): HistoryLine {
  const { at, event, level, text, policy, image, requestId, code, runId } = entry;
  const run = runs.get(runId);
  return {
    at: iso(at),
    sinceBeforeMs: before ? at - before.at : null,
    ...{ event, level, text, runId },
    policy: policy ?? null,
    image: image ?? null,
    requestId: requestId ?? null,
    code: code ?? null,
    trigger: run?.trigger ?? null,
    process: run?.by ? processText(run.by) : null,
  };
}

/** The lines without those that are there twice. The state names no ids, so the content decides. */
function distinctEntries(entries: readonly JournalEntry[]): JournalEntry[] {
  const contentOf = ({ at, runId, event, text, key, image, requestId }: JournalEntry) =>
    JSON.stringify([at, runId, event, text, key && copyId(key), image?.imageId, requestId]);
  return [...new Map(entries.map((entry) => [contentOf(entry), entry])).values()];
}
