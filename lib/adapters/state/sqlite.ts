// The embedded state: one SQLite file, opened and brought up to date.
import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, SqliteDialect } from "kysely";
import { StateError } from "../../model/errors.ts";
import { fullText, type Message } from "../../model/messages/define.ts";
import { storeFault } from "../../model/messages/state.ts";
import { createVersionTable, type Engine, pendingSql, readVersion, type Tables } from "./schema.ts";

type Database = import("libsql").Database;

/** How long to wait for another process that writes, ms. A write takes a few; the wait blocks. */
const BUSY = 10_000;

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
  return { db: new Kysely<Tables>({ dialect: new SqliteDialect({ database }) }), explain: explainSqlite };
}

async function loadLibsql() {
  try {
    return (await import("libsql")).default;
  } catch {
    throw fault(storeFault("sqlite-not-installed"));
  }
}

const fault = (message: Message) => new StateError(fullText(message));

/** Checks the file and its folder, because SQLite itself reports only "unable to open". */
function makeReady(path: string): void {
  const folder = dirname(path);
  try {
    makeFolder(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    const code = codeOf(error) || String(error);
    throw fault(storeFault("sqlite-not-accessible", { code, path }));
  }
  if (existsSync(path) && statSync(path).isDirectory()) {
    throw fault(storeFault("sqlite-directory", { path }));
  }
}

/**
 * Creates the folder and its parents for this user only. Not with mkdir's own `recursive`, which
 * never ends where no folder can be created, as under /proc.
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

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
  const table = database.prepare("select 1 from sqlite_master where name = 'replicator_schema'").get();
  return table !== undefined && pendingSql(versionOf(database)).length === 0;
}

function versionOf(database: Database): number {
  return (database.prepare(readVersion).get() as { version: number | null }).version ?? 0;
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "";
}

/** Explains an error of libsql; see `Engine`. */
export function explainSqlite(error: unknown): Message {
  const words = error instanceof Error ? error.message : String(error);
  const cause = [codeOf(error), words].filter((part) => part !== "").join(": ");
  const code = FAULTS.find(([pattern]) => pattern.test(cause))?.[1] ?? "sqlite-failed";
  return storeFault(code, { cause, seconds: BUSY / 1000 });
}

/** Matched against "code: message" (https://www.sqlite.org/rescode.html). */
const FAULTS = [
  [/^SQLITE_NOTADB/, "sqlite-not-database"],
  [/^SQLITE_CORRUPT/, "sqlite-damaged"],
  [/^SQLITE_BUSY/, "sqlite-busy"],
  [/^SQLITE_FULL/, "sqlite-full"],
  [/^SQLITE_READONLY/, "sqlite-read-only"],
  [/^SQLITE_CANTOPEN|unable to open/i, "sqlite-cannot-open"],
  [/^SQLITE_IOERR/, "sqlite-disk"],
] as const;
