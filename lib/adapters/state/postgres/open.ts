// The state on a PostgreSQL server: its connections, and its tables brought up to date.
import { StateError } from "../../../model/errors.ts";
import { fullText } from "../../../model/messages/define.ts";
import { storeFault } from "../../../model/messages/state.ts";
import type { Engine } from "../engine.ts";
import { createVersionTable, pendingSql } from "../schema.ts";
import { type Connections, connectionsTo, type RunQuery } from "./connections.ts";
import { postgresDialect } from "./dialect.ts";
import { codeOf, explainPostgres } from "./explain.ts";
import { lockAccount, saveQuery } from "./save-query.ts";

/** The lock under which one process at a time creates the tables: any number not used elsewhere. */
const LOCK = 2_026_112_101;

/** The setting of connections that change nothing. */
export const READ_ONLY = "default_transaction_read_only=on";

/**
 * Connects to the server and brings the tables up to date. Throws `StateError`, or an error that
 * `explainPostgres` explains.
 */
export async function openPostgres(connectionString: string, schema: string | undefined): Promise<Engine> {
  const connections = await connectionsTo(connectionString);
  return await endIfFails(connections, async () => {
    const version = await versionOf(connections.read, schema);
    if (version === undefined || pendingSql(version).length > 0) await migrate(connections, schema);
    return engineOf(connections, connectionString);
  });
}

/** Connects to the server to read the tables as they are; undefined if there are none. */
export async function openPostgresToRead(
  connectionString: string,
  schema: string | undefined,
): Promise<Engine | undefined> {
  const connections = await connectionsTo(connectionString, [READ_ONLY]);
  return await endIfFails(connections, async () => {
    const version = await versionOf(connections.read, schema);
    if (version !== undefined) {
      pendingSql(version);
      return engineOf(connections, connectionString);
    }
    await connections.end();
    return undefined;
  });
}

/**
 * Whether the tables of this or an older version of the program are there. Throws `StateError` if a newer one made them,
 * or if the connection uses another schema.
 */
export async function tablesOf(connections: Connections, schema: string | undefined): Promise<boolean> {
  const version = await versionOf(connections.read, schema);
  if (version !== undefined) pendingSql(version);
  return version !== undefined;
}

async function endIfFails<T>(connections: Connections, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await connections.end();
    throw error;
  }
}

function engineOf(connections: Connections, connectionString: string): Engine {
  return {
    dialect: postgresDialect,
    read: (query) => connections.read(query),
    async save(batch) {
      const rows = await connections.write<{ kind: string; n: number }>(saveQuery(batch));
      const copies = new Set(rows.filter(({ kind }) => kind === "copy").map(({ n }) => n));
      return { copies, record: rows.some(({ kind }) => kind === "record") };
    },
    forget: (account, damagedBody) =>
      connections.transaction(async (run) => {
        // By itself and first: the statements after it have to see what was saved until then.
        await run({ sql: `select ${lockAccount("$1")}`, params: [account] });
        for (const table of ["replicator_copies", "replicator_awaited", "replicator_totals"]) {
          await run({ sql: `delete from ${table} where account = $1`, params: [account] });
        }
        if (damagedBody === undefined) return;
        const sql = "delete from replicator_accounts where account = $1 and body = $2";
        await run({ sql, params: [account, damagedBody] });
      }),
    async deleteHistoryBefore(account, before) {
      const sql = `with lock as materialized (select ${lockAccount("$1")} as held),
        ended as (
          delete from replicator_copies using lock
          where account = $1 and phase = 'ended' and (body::json ->> 'updatedAt')::numeric < $2
          returning 1),
        totals as (
          update replicator_totals set count = count - (select count(*) from ended)
          where account = $1 and phase = 'ended'),
        runs as (delete from replicator_runs using lock where account = $1 and started_at < $2)
        delete from replicator_journal using lock where account = $1 and "at" < $2`;
      await connections.write({ sql, params: [account, before] });
    },
    async markSent(account, ids) {
      const sql = `with lock as materialized (select ${lockAccount("$1")} as held)
        update replicator_journal set unsent = 0 from lock where account = $1 and id = any($2::text[]) and unsent = 1`;
      await connections.write({ sql, params: [account, ids] });
    },
    explain: explainPostgres(connectionString),
    close: () => connections.end(),
  };
}

async function migrate(connections: Connections, schema: string | undefined): Promise<void> {
  await connections.transaction(async (run) => {
    const execute = (sql: string) => run({ sql, params: [] });
    await execute(`select pg_advisory_xact_lock(${LOCK})`);
    if (schema) await execute(`create schema if not exists "${schema}"`);
    await execute(createVersionTable);
    // Once more: the tables of another schema must not be taken for those of this one.
    for (const statement of pendingSql((await versionOf(run, schema)) ?? 0)) await execute(statement);
  });
}

/**
 * The version of the tables; undefined if there are none. Reads only, so that a user without CREATE
 * can use the tables of another user. Throws `StateError` if the connection uses another schema than
 * it should: a pooler may drop the setting, and two states would be one.
 */
async function versionOf(run: RunQuery, schema: string | undefined): Promise<number | undefined> {
  const sql = "select max(version) as version, current_schema() as schema from replicator_schema";
  try {
    const [row] = await run<{ version: number | null; schema: string | null }>({ sql, params: [] });
    const actual = row?.schema ?? null;
    if (schema !== undefined && actual !== schema) {
      throw new StateError(fullText(storeFault("server-schema", { schema, actual })));
    }
    return row?.version ?? undefined;
  } catch (error) {
    const noSuchTable = "42P01";
    if (codeOf(error) === noSuchTable) return undefined;
    throw error;
  }
}
