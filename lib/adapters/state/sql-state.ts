import { randomInt, randomUUID } from "node:crypto";
import type { InsertQueryBuilder, InsertResult, UpdateQueryBuilder, UpdateResult } from "kysely";
import { StateError } from "../../model/errors.ts";
import type { ReadableJournal, State } from "../../model/ports.ts";
import type { CopyKey } from "../../model/types.ts";
import { copyColumns, readAccount, readAwaited, readCopy, readEntry, readRun } from "./decode-rows.ts";
import type { Engine, Tables } from "./schema.ts";

/** Rows of one INSERT: SQLite takes 32766 parameters, and a row has at most 8. */
const ROWS = 500;
/** A record that is created anew, after it was forgotten or the state was lost, must have no version that is remembered. */
const nextVersion = ({ version }: { readonly version: number }) =>
  version === 0 ? randomInt(1, 2 ** 30) : version + 1;

/**
 * The state over either database. `where` names it in messages.
 *
 * No write is ever sent twice from here. If the answer to a claim is lost, nobody can tell from the record whose claim
 * it is that stands there without trusting that no two claims look alike, and whoever trusts that sends a second
 * SyncImages on the day it is not so. A lost answer is a `StateError`, the caller sends nothing, and the next run reads
 * what is there.
 */
export function sqlState(engine: Engine, where: string): State & ReadableJournal {
  const { db } = engine;
  const writer = randomUUID();
  let seq = 0;
  let closed = false;

  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    if (closed) throw new StateError(`the state ${where} is closed already`);
    try {
      return await work();
    } catch (error) {
      throw stateError(engine, where, error);
    }
  }

  return {
    copies: (account) =>
      attempt(async () => {
        const rows = await db.selectFrom("replicator_copies").selectAll().where("account", "=", account).execute();
        return rows.map(readCopy);
      }),

    saveCopy: (copy) =>
      attempt(async () => {
        const [stored, body] = asStored({ ...copy, version: nextVersion(copy) });
        const { state, policy, version } = stored;
        const row = { ...copyColumns(stored.key), state, policy, version, updated_at: stored.updatedAt, body };
        const won =
          copy.version === 0
            ? await create(db.insertInto("replicator_copies").values(row))
            : await replace(
                db
                  .updateTable("replicator_copies")
                  .set(row)
                  .where((eb) => eb.and(copyColumns(copy.key)))
                  .where("version", "=", copy.version),
              );
        return won ? stored : undefined;
      }),

    account: (account) =>
      attempt(async () => {
        const row = await db
          .selectFrom("replicator_accounts")
          .selectAll()
          .where("account", "=", account)
          .executeTakeFirst();
        return row && readAccount(row);
      }),

    saveAccount: (record) =>
      attempt(async () => {
        const [stored, body] = asStored({ ...record, version: nextVersion(record) });
        const row = { account: stored.account, version: stored.version, body };
        const won =
          record.version === 0
            ? await create(db.insertInto("replicator_accounts").values(row))
            : await replace(
                db
                  .updateTable("replicator_accounts")
                  .set(row)
                  .where("account", "=", record.account)
                  .where("version", "=", record.version),
              );
        return won ? stored : undefined;
      }),

    awaited: (account) =>
      attempt(async () => {
        const rows = await db.selectFrom("replicator_awaited").selectAll().where("account", "=", account).execute();
        return rows.map(readAwaited);
      }),

    setAwaited: (add, remove) =>
      attempt(async () => {
        // First what is added: if it ends in between, an image is looked at once too often and not once too rarely.
        for (const part of parts(add)) {
          const rows = part.map(({ imageId, account, region, since }) => ({
            account,
            region,
            image_id: imageId,
            since,
          }));
          await db
            .insertInto("replicator_awaited")
            .values(rows)
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
        for (const { account, region, imageId } of remove) {
          await db
            .deleteFrom("replicator_awaited")
            .where((eb) => eb.and({ account, region, image_id: imageId }))
            .execute();
        }
      }),

    forget: (account) =>
      attempt(async () => {
        await db.deleteFrom("replicator_copies").where("account", "=", account).execute();
        await db.deleteFrom("replicator_awaited").where("account", "=", account).execute();
        const found = db.selectFrom("replicator_accounts").selectAll().where("account", "=", account);
        const row = await found.executeTakeFirst();
        if (!row || !isDamaged(() => readAccount(row))) return;
        const { version, body } = row;
        await db
          .deleteFrom("replicator_accounts")
          .where((eb) => eb.and({ account, version, body }))
          .execute();
      }),

    saveRun: (run) =>
      attempt(async () => {
        const content = { started_at: run.startedAt, body: JSON.stringify(run) };
        await db
          .insertInto("replicator_runs")
          .values({ account: run.account, id: run.id, ...content })
          .onConflict((conflict) => conflict.columns(["account", "id"]).doUpdateSet(content))
          .execute();
      }),

    runs: (account, limit) =>
      attempt(async () => {
        const rows = await db
          .selectFrom("replicator_runs")
          .select(["id", "body"])
          .where("account", "=", account)
          .orderBy("started_at", "desc")
          .orderBy("id", "desc")
          .limit(limit)
          .execute();
        return rows.map(readRun);
      }),

    deleteHistoryBefore: (account, before) =>
      attempt(async () => {
        await db
          .deleteFrom("replicator_runs")
          .where("account", "=", account)
          .where("started_at", "<", before)
          .execute();
        await db.deleteFrom("replicator_journal").where("account", "=", account).where("at", "<", before).execute();
      }),

    append: (entries) =>
      attempt(async () => {
        const rows = entries.map((entry) => ({
          writer,
          seq: seq++,
          account: entry.account,
          at: entry.at,
          root_id: entry.key?.rootId ?? null,
          copy_key: entry.key ? copyKeyText(entry.key) : null,
          image_id: entry.image?.imageId ?? null,
          body: JSON.stringify(entry),
        }));
        for (const part of parts(rows)) await db.insertInto("replicator_journal").values(part).execute();
      }),

    entries: (account, limit, imageId) =>
      attempt(async () => {
        const lines = db.selectFrom("replicator_journal").select(["at", "writer", "seq", "body"]);
        const all = lines.where("account", "=", account);
        const ofImage = (id: string) => {
          const keys = db
            .selectFrom("replicator_journal")
            .select("copy_key")
            .where("account", "=", account)
            .where("image_id", "=", id);
          // A union and not `or`, and nothing else in its third part (the account is part of a key): else SQLite would
          // read all lines of the account.
          return all
            .where("root_id", "=", id)
            .union(all.where("image_id", "=", id))
            .union(lines.where("copy_key", "in", keys));
        };
        const query = imageId === undefined ? all : ofImage(imageId);
        const rows = await query
          .orderBy("at", "desc")
          .orderBy("writer", "desc")
          .orderBy("seq", "desc")
          .limit(limit)
          .execute();
        return rows.map(readEntry);
      }),

    close: async () => {
      closed = true;
      await db.destroy().catch((error: unknown) => {
        throw stateError(engine, where, error);
      });
    },
  };
}

/** Any error of the database as a `StateError` that says where it was. */
export function stateError(engine: Pick<Engine, "explain">, where: string, error: unknown): StateError {
  return error instanceof StateError
    ? new StateError(`the state ${where} ${error.message}`, error)
    : new StateError(`the state ${where} ${engine.explain(error)}`);
}

function isDamaged(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch (error) {
    if (error instanceof StateError && error.damaged) return true;
    throw error;
  }
}

/** The record as it will be read again (without what is undefined), and its JSON. */
function asStored<T extends object>(record: T): [stored: T, body: string] {
  const body = JSON.stringify(record);
  return [JSON.parse(body) as T, body];
}

/** Whether the row was made, by us. */
async function create<T extends keyof Tables>(insert: InsertQueryBuilder<Tables, T, InsertResult>): Promise<boolean> {
  const result = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirstOrThrow();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Whether the row was there at the version asked for, and is replaced now, by us. */
async function replace<T extends keyof Tables>(
  update: UpdateQueryBuilder<Tables, T, T, UpdateResult>,
): Promise<boolean> {
  const result = await update.executeTakeFirstOrThrow();
  return result.numUpdatedRows === 1n;
}

function copyKeyText(key: CopyKey): string {
  return JSON.stringify([key.account, key.rootRegion, key.rootId, key.region, key.variant]);
}

function parts<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / ROWS) }, (_, index) =>
    rows.slice(index * ROWS, (index + 1) * ROWS),
  );
}
