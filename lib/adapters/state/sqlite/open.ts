// The embedded state: one SQLite file, opened and brought up to date.
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { StateError } from "../../../model/errors.ts";
import { fullText, type Message } from "../../../model/messages/define.ts";
import { storeFault } from "../../../model/messages/state.ts";
import type { Engine, Query } from "../engine.ts";
import { createVersionTable, pendingSql, readVersion } from "../schema.ts";
import { sqliteDialect } from "./dialect.ts";
import { BUSY, codeOf, explainSqlite } from "./explain.ts";
import { makeReady, refuseDirectory } from "./file.ts";
import { type Database, statementsOf } from "./statements.ts";
import { deleteHistory, forgetAccount, markSent, saveBatch } from "./writes.ts";

/**
 * Opens the file, creates it and its folder if necessary, and brings it up to date. Throws
 * `StateError`, or an error that `explainSqlite` explains.
 */
export async function openSqlite(path: string): Promise<Engine> {
  const Libsql = await loadLibsql();
  makeReady(path);
  const database = new Libsql(path, { timeout: BUSY });
  try {
    await prepare(database);
  } catch (error) {
    database.close();
    throw error;
  }
  return engineOf(database);
}

/**
 * Opens the file as it is, to read; undefined if it does not exist or has no tables. Neither creates
 * nor changes the file, but SQLite keeps its own two files (-wal, -shm) beside it while it is open:
 * to read without them is safe only while no other process writes.
 */
export async function openSqliteToRead(path: string): Promise<Engine | undefined> {
  const Libsql = await loadLibsql();
  refuseDirectory(path);
  // Not `readonly` or `fileMustExist`: libsql 0.5 ignores both, and creates the file.
  if (!existsSync(path)) return undefined;
  const database = new Libsql(path, { timeout: BUSY });
  try {
    database.exec("pragma query_only = on");
    if (hasTables(database)) {
      pendingSql(versionOf(database));
      return engineOf(database);
    }
  } catch (error) {
    database.close();
    throw error;
  }
  database.close();
  return undefined;
}

function engineOf(database: Database): Engine {
  const statements = statementsOf(database);
  return {
    dialect: sqliteDialect,
    read: async <Row>({ sql, params }: Query) => statements.all(sql, params) as Row[],
    save: async (batch) => statements.transaction(() => saveBatch(statements, batch)),
    forget: async (account, damagedBody) =>
      statements.transaction(() => forgetAccount(statements, account, damagedBody)),
    deleteHistoryBefore: async (account, before) =>
      statements.transaction(() => deleteHistory(statements, account, before)),
    markSent: async (account, ids) => statements.transaction(() => markSent(statements, account, ids)),
    explain: explainSqlite,
    close: async () => {
      database.close();
    },
  };
}

async function loadLibsql() {
  try {
    return (await import("libsql")).default;
  } catch {
    throw fault(storeFault("sqlite-not-installed"));
  }
}

const fault = (message: Message) => new StateError(fullText(message));

/**
 * Configures and migrates. While one process turns WAL on in a new file, SQLite refuses others that
 * do the same at once, whatever the `timeout`; so this retries.
 */
async function prepare(database: Database): Promise<void> {
  const deadline = Date.now() + BUSY;
  for (;;) {
    try {
      configure(database);
      migrate(database);
      return;
    } catch (error) {
      if (!codeOf(error).startsWith("SQLITE_BUSY") || Date.now() > deadline) throw error;
      await sleep(10 + Math.random() * 40);
    }
  }
}

function configure(database: Database): void {
  const { journal_mode: mode } = database.prepare("pragma journal_mode = wal").get() as { journal_mode: string };
  if (mode !== "wal") {
    throw fault(storeFault("sqlite-file-system"));
  }
  // An acknowledged claim must survive a power cut, also on macOS, where fsync alone does not reach
  // the disk.
  database.exec("pragma synchronous = full; pragma fullfsync = on");
}

/**
 * Has no `await` inside: another state of the same process would block in its wait for the lock,
 * and this one could not commit.
 */
function migrate(database: Database): void {
  if (isCurrent(database)) return;
  database.exec("begin immediate");
  try {
    database.exec(createVersionTable);
    for (const statement of pendingSql(versionOf(database))) database.exec(statement);
    database.exec("commit");
  } catch (error) {
    if (database.inTransaction) database.exec("rollback");
    throw error;
  }
}

function isCurrent(database: Database): boolean {
  return hasTables(database) && pendingSql(versionOf(database)).length === 0;
}

function hasTables(database: Database): boolean {
  return database.prepare("select 1 from sqlite_master where name = 'replicator_schema'").all().length > 0;
}

function versionOf(database: Database): number {
  const [row] = database.prepare(readVersion).all() as { version: number | null }[];
  return row?.version ?? 0;
}
