// The state on a PostgreSQL server: a pool of working connections, and the tables.
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from "kysely";
import type { ClientConfig, CustomTypesConfig, Client as PgClient, Pool, PoolClient } from "pg";
import type { Message } from "../../model/messages/define.ts";
import { storeFault } from "../../model/messages/state.ts";
import { createVersionTable, type Engine, pendingSql, readVersion, type Tables } from "./schema.ts";

/**
 * In ms. QUERY is above STATEMENT so that the server normally ends a query first and reports why.
 */
const CONNECT = 5_000;
const STATEMENT = 10_000;
const QUERY = 15_000;
/**
 * A connection that was idle for longer than IDLE ms has to answer within CHECK ms before its use.
 */
const IDLE = 2_000;
const CHECK = 2_000;

/** Two, because functions run in many instances and servers allow few connections. */
const CONNECTIONS = 2;

/** The lock under which one process at a time creates the tables: any number not used elsewhere. */
const LOCK = 2_026_112_101;

/**
 * Connects to the server and brings the tables up to date. Throws `StateError`, or an error that
 * `explainPostgres` explains.
 */
export async function openPostgres(connectionString: string, schema: string | undefined): Promise<Engine> {
  const { default: pg } = await import("pg");
  // The time limit of the pool would also count the wait for a free connection, and a long queue is
  // no fault. So the client has it.
  class Client extends pg.Client {
    constructor(config?: ClientConfig) {
      super({ ...config, connectionTimeoutMillis: CONNECT });
    }

    // The pool drops a client that cannot connect without an end; its socket would keep the process
    // alive for a minute.
    override connect(): Promise<PgClient>;
    override connect(callback: (error: Error) => void): void;
    override connect(callback?: (error: Error) => void): Promise<PgClient> | void {
      if (!callback) return super.connect();
      super.connect((error: Error | null) => {
        if (error) this.end(() => {});
        callback(error as Error);
      });
    }
  }
  const pool = new pg.Pool({
    connectionString,
    Client,
    max: CONNECTIONS,
    allowExitOnIdle: true,
    keepAlive: true,
    statement_timeout: STATEMENT,
    query_timeout: QUERY,
    fallback_application_name: "cvm-image-replicator",
    types: numbers(pg.types),
  });
  // If a connection dies while no query waits, no caller handles the error and Node would exit.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const checked = checkedPool(pool);
  try {
    await migrate(checked, schema);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return { db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool: checked }) }), explain: explainPostgres };
}

/**
 * pg reads bigint (oid 20) as text, as it may exceed a number; times and counters here never do.
 */
function numbers(types: CustomTypesConfig): CustomTypesConfig {
  const getTypeParser = (oid: number, format?: "text" | "binary") =>
    oid === 20 ? Number : (types.getTypeParser as (oid: number, format?: string) => unknown)(oid, format);
  return { getTypeParser: getTypeParser as CustomTypesConfig["getTypeParser"] };
}

/**
 * A pool that lends working connections only. When a frozen instance resumes, a firewall or the
 * server may have dropped its connections; a write on one would fail with an unknown outcome. So an
 * idle connection has to answer a query first, and a connection on which a query failed is closed.
 */
function checkedPool(pool: Pool): PostgresPool {
  const usedAt = new WeakMap<PoolClient, number>();
  const answers = (client: PoolClient) =>
    client.query({ text: "select 1", query_timeout: CHECK } as { text: string }).then(
      () => true,
      () => false,
    );
  const connect = async (): Promise<PostgresPoolClient> => {
    for (;;) {
      const client = await pool.connect().catch(connectError);
      const last = usedAt.get(client);
      if (last === undefined || Math.abs(Date.now() - last) < IDLE || (await answers(client))) {
        return lend(client, () => usedAt.set(client, Date.now()));
      }
      client.release(true);
    }
  };
  return { connect, end: () => pool.end() };
}

/**
 * Marks an error from before the connection was established: then no change can be lost, whereas
 * the same error later leaves the outcome of a change unknown.
 */
function connectError(error: unknown): never {
  const cause = causeOf(error);
  throw DROPPED.test(cause) ? new Error(`no answer: ${cause}`) : error;
}

function lend(client: PoolClient, returned: () => void): PostgresPoolClient {
  let failed = false;
  const query = async (text: string, values: readonly unknown[]) => {
    try {
      return await client.query(text, [...values]);
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const release = () => {
    returned();
    client.release(failed);
  };
  // Kysely's type also has queries by cursor, which are not used here.
  return { query, release } as unknown as PostgresPoolClient;
}

async function migrate(pool: PostgresPool, schema: string | undefined): Promise<void> {
  if (await isCurrent(pool)) return;
  const client = await pool.connect();
  try {
    await client.query("begin", []);
    await client.query(`select pg_advisory_xact_lock(${LOCK})`, []);
    if (schema) await client.query(`create schema if not exists "${schema}"`, []);
    await client.query(createVersionTable, []);
    for (const statement of pendingSql(await versionOf(client))) await client.query(statement, []);
    await client.query("commit", []);
  } catch (error) {
    // If this fails too, the connection is lost, and the transaction with it.
    await client.query("rollback", []).catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

/** Reads the version only, so that a user without CREATE can use the tables of another user. */
async function isCurrent(pool: PostgresPool): Promise<boolean> {
  const client = await pool.connect();
  try {
    return pendingSql(await versionOf(client)).length === 0;
  } catch (error) {
    const noSuchTable = "42P01";
    if (codeOf(error) === noSuchTable) return false;
    throw error;
  } finally {
    client.release();
  }
}

async function versionOf(client: PostgresPoolClient): Promise<number> {
  const { rows } = await client.query<{ version: number | null }>(readVersion, []);
  return rows[0]?.version ?? 0;
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "";
}

function causeOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return [codeOf(error), words].filter((part) => part !== "").join(": ");
}

/** Explains an error of pg or of the server; see `Engine`. */
export function explainPostgres(error: unknown): Message {
  const cause = causeOf(error);
  return storeFault(FAULTS.find(([pattern]) => pattern.test(cause))?.[1] ?? "server-failed", { cause });
}

const DROPPED = /^(57P0|08|ECONNRESET|EPIPE)|^Connection terminated/;

/**
 * Matched against "code: message", the first match counts. The codes are those of
 * https://www.postgresql.org/docs/current/errcodes-appendix.html and of Node's system errors.
 */
const FAULTS = [
  [/^28P01|password must be a/, "server-password"],
  [/^28/, "server-access"],
  [/^3D000/, "server-no-database"],
  [/^(42501|3F000)/, "server-permission"],
  [/^53300/, "server-connections"],
  [/^(53100|53200)/, "server-full"],
  [/^25006/, "server-replica"],
  [/^(57014|55P03)|Query read timeout/, "server-slow"],
  [/^57P03/, "server-starting"],
  [/SSL|certificate|CERT_/, "server-encryption"],
  [DROPPED, "server-dropped"],
  [
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOENT|no answer)|timeout expired/,
    "server-unreachable",
  ],
] as const;
