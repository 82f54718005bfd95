// The port State over either database, written with Kysely.
import { randomInt, randomUUID } from "node:crypto";
import type { InsertQueryBuilder, InsertResult, UpdateQueryBuilder, UpdateResult } from "kysely";
import { StateError } from "../../model/errors.ts";
import { fullText } from "../../model/messages/define.ts";
import { stateMessage, storeFault } from "../../model/messages/state.ts";
import type { ReadableJournal, State } from "../../model/ports.ts";
import type { CopyKey } from "../../model/types.ts";
import { copyColumns, readAccount, readAwaited, readCopy, readEntry, readRun } from "./decode-rows.ts";
import type { Engine, Tables } from "./schema.ts";

/** Rows per INSERT: SQLite allows 32766 parameters, and a row has at most 8. */
const ROWS = 500;
/**
 * The version of a record as saved. It starts at random: a record that is created again, after it
 * was forgotten or the state was lost, must not get a version that a running program still holds.
 */
const nextVersion = ({ version }: { readonly version: number }) =>
  version === 0 ? randomInt(1, 2 ** 30) : version + 1;

/**
 * The state over either database. `where` names it in messages.
 *
 * No write is ever repeated here. If the answer to a claim is lost, the stored record shows whose
 * claim it is only if no two claims look alike; a program that trusts in that would send a second
 * SyncImages the day two do. A lost answer is a `StateError`, the caller sends nothing, and the
 * next run reads the stored record.
 */
export function sqlState(engine: Engine, where: string): State & ReadableJournal {
  const { db } = engine;
  const writer = randomUUID();
  let seq = 0;
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
        // Adds first: if the process ends in between, an image is read once too often and not
        // missed.
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
          // A union instead of `or`, and no condition on the account in its third part (a copy key
          // holds the account): otherwise SQLite would read all lines of the account.
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

/** Any error of the database as a `StateError` that names the state. */
export function stateError(engine: Pick<Engine, "explain">, where: string, error: unknown): StateError {
  if (error instanceof StateError) return unusable(where, error.message, error);
  return unusable(where, fullText(engine.explain(error)));
}

function unusable(url: string, problem: string, options?: { readonly damaged: boolean }): StateError {
  return new StateError(stateMessage("state-unusable", { url, problem }).text, options);
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

/** The record as it will be read back (without undefined fields), and its JSON. */
function asStored<T extends object>(record: T): [stored: T, body: string] {
  const body = JSON.stringify(record);
  return [JSON.parse(body) as T, body];
}

/** Whether this call created the row. */
async function create<T extends keyof Tables>(insert: InsertQueryBuilder<Tables, T, InsertResult>): Promise<boolean> {
  const result = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirstOrThrow();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Whether this call replaced the row, which had the expected version. */
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
