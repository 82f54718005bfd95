import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, SqliteDialect } from "kysely";
import { StateError } from "../../model/errors.ts";
import { createVersionTable, type Engine, pendingSql, readVersion, type Tables } from "./schema.ts";

type Database = import("libsql").Database;

/** How long to wait for another process that writes, ms. A write takes a few; the wait holds this process up. */
const BUSY = 10_000;

/** Opens the file, making it and its folder if need be, and brings it up to date. Throws `StateError`. */
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
    throw new StateError(
      "is embedded and needs the package libsql, which is not installed here (npm install libsql); " +
        "functions should use a server: set STATE_URL=postgres://…",
    );
  }
}

/** SQLite only says "unable to open"; this says why. */
function makeReady(path: string): void {
  const folder = dirname(path);
  try {
    makeFolder(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    const code = codeOf(error) || String(error);
    throw new StateError(
      `cannot be opened (${code}): ${path} and its folder must be readable and writable for this user; ` +
        "change their permissions, or name another file with STATE_URL=sqlite:PATH",
    );
  }
  if (existsSync(path) && statSync(path).isDirectory()) {
    throw new StateError(`is a directory; name a file in it, such as STATE_URL=sqlite:${path}/state.db`);
  }
}

/** Only for this user. Not by mkdir's own `recursive`, which never ends where nothing can be made, as under /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

/** While one process turns WAL on in a new file, others that do the same are refused at once, `timeout` or not. */
async function prepare(database: Database): Promise<void> {
  const giveUp = Date.now() + BUSY;
  for (;;) {
    try {
      configure(database);
      migrate(database);
      return;
    } catch (error) {
      if (!codeOf(error).startsWith("SQLITE_BUSY") || Date.now() > giveUp) throw error;
      await sleep(10 + Math.random() * 40);
    }
  }
}

function configure(database: Database): void {
  const { journal_mode: mode } = database.prepare("pragma journal_mode = wal").get() as { journal_mode: string };
  if (mode !== "wal") {
    throw new StateError("is on a file system that several processes cannot share; put the file on a local disk");
  }
  // A claim that was acknowledged must survive a power cut, also on macOS, where fsync alone does not reach the disk.
  database.exec("pragma synchronous = full; pragma fullfsync = on");
}

/** Without an `await` inside: another state of this very process would wait for the lock and keep us from ending. */
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

/** What an error of libsql means, see `Engine`. */
export function explainSqlite(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  const text = [codeOf(error), said].filter((part) => part !== "").join(": ");
  const found = advice.find(([pattern]) => pattern.test(text));
  return found ? `${found[1]} (${text}); ${found[2]}` : `failed (${text}); check the file and its disk, then run again`;
}

const restore = "restore a backup, or move the file away: the next sweep finds again what the cloud holds";

/** Matched against "code: message" (https://www.sqlite.org/rescode.html). What it means, what to do. */
const advice: readonly (readonly [RegExp, string, string])[] = [
  [/^SQLITE_NOTADB/, "is no SQLite database", "name another file with STATE_URL=sqlite:PATH"],
  [/^SQLITE_CORRUPT/, "is damaged", restore],
  [
    /^SQLITE_BUSY/,
    "is held by another process",
    `wait until it has ended (${BUSY / 1000} s were too few), then run again`,
  ],
  [/^SQLITE_FULL/, "cannot grow: the disk is full", "free some space, then run again"],
  [/^SQLITE_READONLY/, "cannot be written", "change the permissions of the file and its folder"],
  [/^SQLITE_CANTOPEN|unable to open/i, "cannot be opened", "check the permissions of the file and its folder"],
  [/^SQLITE_IOERR/, "cannot be read or written", "check the disk, then run again"],
];
