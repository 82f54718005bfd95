// Applies changes to a head: each record with its own compare-and-swap, as the port State promises.
import type { Changes, CopyChange, Saved } from "../../../../model/ports.ts";
import type { AccountRecord, Copy, JournalEntry, Millis } from "../../../../model/types.ts";
import {
  type AwaitedRow,
  awaitedRow,
  encodeCopy,
  encodeRecord,
  type KeyColumns,
  type NewLineId,
  runRow,
} from "../../encode-rows.ts";
import type { CopyRow, Head, Past, UnsentPast } from "./head.ts";

/** A head after changes, and what became of each of them. */
export interface Applied {
  readonly head: Head;
  readonly saved: readonly Saved[];
}

/** Applies several saves in their order. The nonce of the head is for the caller to set. */
export function applyChanges(head: Head, saves: readonly Changes[], newLineId: NewLineId): Applied {
  const copies = new Map(head.copies.map((row) => [keyId(row), row]));
  const awaited = new Map(head.awaited.map((row) => [awaitedId(row), row]));
  const runs = new Map(head.runs.map((row) => [row.id, row]));
  const lines = [...head.lines];
  let account = head.account;

  const log = (entry: JournalEntry) => {
    lines.push({ id: newLineId(), at: entry.at, unsent: true, body: JSON.stringify(entry) });
  };
  const saveCopy = ({ copy, entries = [] }: CopyChange): Copy | undefined => {
    const { stored, row: encodedRow } = encodeCopy(copy, 0);
    const { n: _, expected, ...row } = encodedRow;
    if ((copies.get(keyId(row))?.version ?? 0) !== expected) return undefined;
    copies.set(keyId(row), row);
    for (const entry of entries) log(entry);
    return stored;
  };
  const saveRecord = (record: AccountRecord): AccountRecord | undefined => {
    const { stored, row } = encodeRecord(record);
    if ((account?.version ?? 0) !== row.expected) return undefined;
    account = { version: row.version, body: row.body };
    return stored;
  };

  const saved = saves.map((changes): Saved => {
    const answers = {
      copies: (changes.copies ?? []).map(saveCopy),
      record: changes.record && saveRecord(changes.record),
    };
    const { add = [], remove = [] } = changes.awaited ?? {};
    for (const row of add.map(awaitedRow)) if (!awaited.has(awaitedId(row))) awaited.set(awaitedId(row), row);
    for (const row of remove.map(awaitedRow)) awaited.delete(awaitedId(row));
    if (changes.run) runs.set(changes.run.id, runRow(changes.run));
    for (const entry of changes.entries ?? []) log(entry);
    return answers;
  });

  const lists = { copies: [...copies.values()], awaited: [...awaited.values()], runs: [...runs.values()], lines };
  return { head: { ...head, account, ...lists }, saved };
}

/** The head without copies and awaited images; without the record of the account if that is damaged. */
export function forgotten(head: Head, isDamaged: (account: NonNullable<Head["account"]>) => boolean): Head {
  return { ...head, copies: [], awaited: [], account: head.account && !isDamaged(head.account) ? head.account : null };
}

/** The head without the history from before a time; see `State.deleteHistoryBefore`. */
export function withoutHistoryBefore(head: Head, before: Millis): Head {
  const isOver = ({ phase, body }: CopyRow) => phase === "ended" && (JSON.parse(body) as Copy).updatedAt < before;
  return {
    ...head,
    copies: head.copies.filter((row) => !isOver(row)),
    runs: head.runs.filter(({ started_at: at }) => at >= before),
    lines: head.lines.filter(({ at }) => at >= before),
    unsentPast: head.unsentPast.filter(({ newest }) => newest >= before),
    historyFrom: Math.max(head.historyFrom, before),
  };
}

/** How many runs and lines a head may have, and how many of the newest stay when the others leave. */
const MOST = { runs: 40, lines: 200 };
const STAY = { runs: 20, lines: 50 };

/** What should leave a head for the history; undefined if the head is small enough. */
export function leaving(head: Head): Past | undefined {
  if (head.runs.length <= MOST.runs && head.lines.length <= MOST.lines) return undefined;
  return {
    runs: [...head.runs].sort((a, b) => b.started_at - a.started_at).slice(STAY.runs),
    lines: [...head.lines].sort((a, b) => b.at - a.at).slice(STAY.lines),
  };
}

/**
 * The head without what stands in the history now, in `object`. Runs that were saved again meanwhile
 * stay. Another process may have moved some of the lines too, or sent them: only what this head had
 * and had not sent is named as unsent.
 */
export function withoutPast(head: Head, past: Past, object: string): Head {
  const runs = new Set(past.runs.map(({ id, body }) => `${id} ${body}`));
  const lines = new Set(past.lines.map(({ id }) => id));
  const unsent = head.lines.filter((line) => line.unsent && lines.has(line.id));
  const isAll = unsent.length === past.lines.filter((line) => line.unsent).length;
  const named: UnsentPast = {
    object,
    oldest: oldest(unsent.map(({ at }) => at)),
    newest: newest(unsent.map(({ at }) => at)),
    left: isAll ? null : unsent.map(({ id }) => id),
  };
  return {
    ...head,
    runs: head.runs.filter(({ id, body }) => !runs.has(`${id} ${body}`)),
    lines: head.lines.filter(({ id }) => !lines.has(id)),
    unsentPast: unsent.length > 0 ? [...head.unsentPast, named] : head.unsentPast,
    historyNewest: {
      run: Math.max(head.historyNewest.run, newest(past.runs.map((row) => row.started_at))),
      line: Math.max(head.historyNewest.line, newest(past.lines.map((row) => row.at))),
    },
  };
}

const newest = (times: readonly Millis[]): Millis => times.reduce((a, b) => Math.max(a, b), 0);

const oldest = (times: readonly Millis[]): Millis => times.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER);

/** The time of the newest run or line. */
export const newestOf = ({ runs, lines }: Past): Millis =>
  newest([...runs.map((row) => row.started_at), ...lines.map((row) => row.at)]);

const keyId = (row: KeyColumns) => JSON.stringify([row.root_region, row.root_id, row.region, row.variant]);

const awaitedId = ({ region, image_id: imageId }: AwaitedRow) => JSON.stringify([region, imageId]);
