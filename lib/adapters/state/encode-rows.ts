// Makes the rows of a batch from records: their versions, the columns to find them by, their JSON.
import { randomInt } from "node:crypto";
import { dueAt } from "../../model/copy/due.ts";
import { copyId, imageIdOf } from "../../model/identity.ts";
import type { Changes } from "../../model/ports.ts";
import type { AccountRecord, AwaitedImage, Copy, CopyKey, JournalEntry, Run } from "../../model/types.ts";

/** The columns of a copy's key, without its account. */
export interface KeyColumns {
  readonly root_region: string;
  readonly root_id: string;
  readonly region: string;
  readonly variant: string;
}

/** A copy to save. */
export interface CopyRow extends KeyColumns {
  /** Its place among the changes. */
  readonly n: number;
  readonly phase: string;
  readonly due_at: number | null;
  /** The id of its image. */
  readonly image_id: string | null;
  /** The name of a finished copy. */
  readonly name: string | null;
  /** The family that it may lead; null also of a copy that has ended. */
  readonly family: string | null;
  /** The version that is replaced; 0 to create the copy. */
  readonly expected: number;
  readonly version: number;
  readonly body: string;
}

/** An account record to save. */
export type RecordRow = Pick<CopyRow, "expected" | "version" | "body">;

/** A journal line to write. */
export interface EntryRow {
  /** The copy (`n`) that has to be saved for this line to be written; null for none. */
  readonly copy: number | null;
  readonly id: string;
  readonly at: number;
  readonly root_id: string | null;
  readonly copy_key: string | null;
  readonly image_id: string | null;
  readonly body: string;
}

/** An awaited image to add or to remove. */
export interface AwaitedRow {
  readonly region: string;
  readonly image_id: string;
  readonly since: number;
}

/** A run to save. */
export interface RunRow {
  readonly id: string;
  readonly started_at: number;
  readonly body: string;
}

/** What one statement or transaction stores. */
export interface Batch {
  readonly account: string;
  readonly copies: readonly CopyRow[];
  readonly records: readonly RecordRow[];
  readonly entries: readonly EntryRow[];
  readonly add: readonly AwaitedRow[];
  readonly remove: readonly AwaitedRow[];
  readonly runs: readonly RunRow[];
}

/** A record as it will be read back, without undefined fields, and its row. */
interface Encoded<T, Row> {
  readonly stored: T;
  readonly row: Row;
}

/** The columns to find a copy by, besides its key. They change with its record. */
export const SEARCHED = ["phase", "due_at", "image_id", "name", "family"] as const;

/** Copies in one batch: a statement of 1,000 copies has about 2 MB. */
const COPIES = 1000;

/** Encodes a copy, the `n`th of the changes. */
export function encodeCopy(copy: Copy, n: number): Encoded<Copy, CopyRow> {
  const { stored, row } = encodeRecord(copy);
  return { stored, row: { n, ...keyColumns(stored.key), ...searchColumns(stored), ...row } };
}

/** What a copy is found by. Its JSON is the record. */
function searchColumns(copy: Copy): Pick<CopyRow, (typeof SEARCHED)[number]> {
  const due = dueAt(copy);
  return {
    phase: copy.phase,
    // Whole milliseconds, as `readQuery` asks for them.
    due_at: due === undefined ? null : Math.floor(due),
    image_id: searchable(imageIdOf(copy)),
    name: copy.phase === "ready" || copy.phase === "retired" ? searchable(copy.name) : null,
    family: copy.phase === "ended" ? null : searchable(copy.family),
  };
}

/**
 * A text as copies are found by it. PostgreSQL has no text with NUL, neither database has half of a
 * surrogate pair, and one image with such a name must not keep a whole batch from being stored.
 * A search for such a text may find some copies more.
 */
export function searchable(text: string): string;
export function searchable(text: string | undefined): string | null;
export function searchable(text: string | undefined): string | null {
  return text?.replaceAll(/[\0\p{Cs}]/gu, "\ufffd") ?? null;
}

/** Encodes an account record, or the versioned part of a copy. */
export function encodeRecord<T extends AccountRecord | Copy>(record: T): Encoded<T, RecordRow> {
  const body = JSON.stringify({ ...record, version: nextVersion(record) });
  const stored = JSON.parse(body) as T;
  return { stored, row: { expected: record.version, version: stored.version, body } };
}

/**
 * The version of a record as saved. It starts at random: a record that is created again, after it
 * was forgotten or the state was lost, must not get a version that a running program still holds.
 */
function nextVersion({ version }: { readonly version: number }): number {
  return version === 0 ? randomInt(1, 2 ** 30) : version + 1;
}

/** Names a new journal line; see `JournalLine`. */
export type NewLineId = () => string;

/** Names the lines of one writer, which is one opened state: its random id, and the number of the line. */
export function lineIdsOf(writer: string): NewLineId {
  let next = 0;
  return () => `${writer}-${String(next++).padStart(9, "0")}`;
}

/**
 * The batches that store the changes of an account. Journal lines get their ids here, in the
 * order of the changes. The account record, the run and the lines without a copy come last.
 */
export function batchesOf(
  account: string,
  newLineId: NewLineId,
  changes: Changes,
  rows: { readonly copies: readonly CopyRow[]; readonly record: RecordRow | undefined },
): Batch[] {
  const lineOf = (entry: JournalEntry, copy: number | null) => entryRow(entry, copy, newLineId());
  const none = { account, copies: [], records: [], entries: [], add: [], remove: [], runs: [] };
  const batches: Batch[] = [];
  for (let from = 0; from < rows.copies.length; from += COPIES) {
    const copies = rows.copies.slice(from, from + COPIES);
    const entries = copies.flatMap(({ n }) => (changes.copies?.[n]?.entries ?? []).map((entry) => lineOf(entry, n)));
    batches.push({ ...none, copies, entries });
  }
  const last = batches.pop() ?? none;
  const { add = [], remove = [] } = changes.awaited ?? {};
  const removed = new Set(remove.map(awaitedId));
  batches.push({
    ...last,
    records: rows.record ? [rows.record] : [],
    entries: [...last.entries, ...(changes.entries ?? []).map((entry) => lineOf(entry, null))],
    // One statement cannot delete a row that it adds.
    add: add.filter((image) => !removed.has(awaitedId(image))).map(awaitedRow),
    remove: remove.map(awaitedRow),
    runs: changes.run ? [runRow(changes.run)] : [],
  });
  return batches.filter(hasRows);
}

function hasRows({ copies, records, entries, add, remove, runs }: Batch): boolean {
  return [copies, records, entries, add, remove, runs].some((rows) => rows.length > 0);
}

function keyColumns({ rootRegion, rootId, region, variant }: CopyKey): KeyColumns {
  return { root_region: rootRegion, root_id: rootId, region, variant };
}

function entryRow(entry: JournalEntry, copy: number | null, id: string): EntryRow {
  const { key, image } = entry;
  return {
    copy,
    id,
    at: entry.at,
    root_id: searchable(key?.rootId),
    copy_key: searchable(key && copyId(key)),
    image_id: searchable(image?.imageId),
    body: JSON.stringify(entry),
  };
}

/** Encodes an awaited image. */
export function awaitedRow({ region, imageId, since }: AwaitedImage): AwaitedRow {
  return { region, image_id: imageId, since };
}

function awaitedId({ region, imageId }: AwaitedImage): string {
  return JSON.stringify([region, imageId]);
}

/** Encodes a run. */
export function runRow(run: Run): RunRow {
  return { id: run.id, started_at: run.startedAt, body: JSON.stringify(run) };
}
