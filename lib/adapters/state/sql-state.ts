// The port State over either database.
import { randomUUID } from "node:crypto";
import { StateError, unlessDamaged } from "../../model/errors.ts";
import { fullText } from "../../model/messages/define.ts";
import { stateMessage, storeFault } from "../../model/messages/state.ts";
import type { Records, State } from "../../model/ports.ts";
import type { AccountRecord, AwaitedImage, Copy, Millis } from "../../model/types.ts";
import { readAccount, readAwaited, readCopy, readEntry, readLine, readRun, readTotals } from "./decode-rows.ts";
import { batchesOf, encodeCopy, encodeRecord, lineIdsOf } from "./encode-rows.ts";
import type { Engine } from "./engine.ts";
import { accountsQuery, entriesQuery, type ReadRow, readQuery, runsQuery, unsentQuery } from "./read-query.ts";

/**
 * The state over either database. `where` names it in messages.
 *
 * No write is ever repeated here. If the answer to a claim is lost, the stored record shows whose
 * claim it is only if no two claims look alike; a program that trusts in that would send a second
 * SyncImages the day two do. A lost answer is a `StateError`, the caller sends nothing, and the
 * next run reads the stored record.
 */
export function sqlState(engine: Engine, where: string): State {
  const newLineId = lineIdsOf(randomUUID());
  let closed = false;

  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    if (closed) throw unusable(where, storeFault("state-closed").text);
    try {
      return await work();
    } catch (error) {
      throw stateError(engine, where, error);
    }
  }

  return {
    accounts: () =>
      attempt(async () => (await engine.read<{ account: string }>(accountsQuery())).map(({ account }) => account)),

    read: (account, which) =>
      attempt(async () => recordsOf(account, await engine.read<ReadRow>(readQuery(engine.dialect, account, which)))),

    save: (account, changes) =>
      attempt(async () => {
        const copies = (changes.copies ?? []).map(({ copy }, n) => encodeCopy(copy, n));
        const record = changes.record && encodeRecord(changes.record);
        const rows = { copies: copies.map(({ row }) => row), record: record?.row };
        const saved = new Set<number>();
        let isRecordSaved = false;
        for (const batch of batchesOf(account, newLineId, changes, rows)) {
          const answer = await engine.save(batch);
          for (const n of answer.copies) saved.add(n);
          isRecordSaved ||= answer.record;
        }
        return {
          copies: copies.map(({ stored, row }) => (saved.has(row.n) ? stored : undefined)),
          record: isRecordSaved ? record?.stored : undefined,
        };
      }),

    forget: (account) =>
      attempt(async () => {
        const rows = await engine.read<ReadRow>(readQuery(engine.dialect, account));
        const record = rows.find(({ kind }) => kind === "record");
        const isUnreadable = record !== undefined && !unlessDamaged(() => accountOf(account, record));
        await engine.forget(account, isUnreadable ? record.body : undefined);
      }),

    runs: (account, limit) => attempt(async () => (await engine.read<RunRow>(runsQuery(account, limit))).map(readRun)),

    entries: (account, limit, imageId) =>
      attempt(async () => (await engine.read<EntryRow>(entriesQuery(account, limit, imageId))).map(readEntry)),

    unsent: (account, limit) =>
      attempt(async () => (await engine.read<LineRow>(unsentQuery(account, limit))).map(readLine)),

    markSent: (account, ids) => attempt(async () => (ids.length > 0 ? engine.markSent(account, ids) : undefined)),

    deleteHistoryBefore: (account, before) => attempt(() => engine.deleteHistoryBefore(account, before)),

    close: async () => {
      if (closed) return;
      closed = true;
      await engine.close().catch((error: unknown) => {
        throw stateError(engine, where, error);
      });
    },
  };
}

type RunRow = Parameters<typeof readRun>[0];
type EntryRow = Parameters<typeof readEntry>[0];
type LineRow = Parameters<typeof readLine>[0];

/** Reads the rows of an answer. */
function recordsOf(account: string, rows: readonly ReadRow[]): Records {
  let record: AccountRecord | undefined;
  const awaited: AwaitedImage[] = [];
  const totals: { phase: string; count: number }[] = [];
  const copies: Copy[] = [];
  let unsentSince: Millis | undefined;
  for (const row of rows) {
    switch (row.kind) {
      case "record":
        record = accountOf(account, row);
        break;
      case "awaited":
        awaited.push(readAwaited({ account, region: row.region, image_id: row.root_id, since: row.number }));
        break;
      case "total":
        totals.push({ phase: row.phase, count: row.number });
        break;
      case "unsent":
        unsentSince = row.number ?? undefined;
        break;
      case "copy":
        copies.push(readCopy({ ...row, account, version: row.number }));
    }
  }
  return { record, awaited, copies, totals: readTotals(account, totals), unsentSince };
}

function accountOf(account: string, { number, body }: ReadRow): AccountRecord {
  return readAccount({ account, version: number, body });
}

/** Any error of the database as a `StateError` that names the state. */
export function stateError(engine: Pick<Engine, "explain">, where: string, error: unknown): StateError {
  if (error instanceof StateError) return unusable(where, error.message, error);
  return unusable(where, fullText(engine.explain(error)));
}

function unusable(url: string, problem: string, options?: { readonly damaged: boolean }): StateError {
  return new StateError(stateMessage("state-unusable", { url, problem }).text, options);
}
