import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from "kysely";
import type { ClientConfig, CustomTypesConfig, Client as PgClient, Pool, PoolClient } from "pg";
import { createVersionTable, type Engine, pendingSql, readVersion, type Tables } from "./schema.ts";

/** All ms. The client's own limit is above the server's, so that normally the server ends a query and says why. */
const CONNECT = 5_000;
const STATEMENT = 10_000;
const QUERY = 15_000;
/** A connection that was not used for this long is tried before it is trusted, and has this long to answer. */
const IDLE = 2_000;
const CHECK = 2_000;

/** Two, since functions run in many instances and servers allow few connections. */
const CONNECTIONS = 2;

/** Names the lock under which one process at a time makes the tables; any number that nobody else uses. */
const LOCK = 2_026_112_101;

/** Connects to the server and brings the tables up to date. Throws what `explainPostgres` explains. */
export async function openPostgres(connectionString: string, schema: string | undefined): Promise<Engine> {
  const { default: pg } = await import("pg");
  // The pool's own time limit would also count the wait for a free connection, and a long queue is no fault.
  class Client extends pg.Client {
    constructor(config?: ClientConfig) {
      super({ ...config, connectionTimeoutMillis: CONNECT });
    }

    /** The pool forgets a client that cannot connect, and its socket would keep the process alive for a minute. */
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
  // A connection that dies while nobody waits for an answer has nobody to tell, and Node would end the process.
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

/** bigint (oid 20) comes as text, since it may be too large for a number; our times and counters never are. */
function numbers(types: CustomTypesConfig): CustomTypesConfig {
  const getTypeParser = (oid: number, format?: "text" | "binary") =>
    oid === 20 ? Number : (types.getTypeParser as (oid: number, format?: string) => unknown)(oid, format);
  return { getTypeParser: getTypeParser as CustomTypesConfig["getTypeParser"] };
}

/**
 * The pool, but with connections that work. An instance that was frozen wakes up with connections that a firewall or
 * the server has dropped meanwhile; a write sent on one would fail with nobody knowing whether it was carried out. So
 * one that was idle has to answer first; and one on which anything failed is not used again.
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

/** A connection that ends before it was made took no change with it; the same error later may have. */
function connectError(error: unknown): never {
  const text = textOf(error);
  throw dropped.test(text) ? new Error(`no answer: ${text}`) : error;
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
  // Kysely also knows a cursor's query, which is not used here.
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
    // If this fails too, the connection is gone, and the transaction with it.
    await client.query("rollback", []).catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

/** Looks first, since a user that may only read and write rows must be able to use tables that another user made. */
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

function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return [codeOf(error), text].filter((part) => part !== "").join(": ");
}

/** What an error of pg or of the server means, see `Engine`. */
export function explainPostgres(error: unknown): string {
  const text = textOf(error);
  const found = advice.find(([pattern]) => pattern.test(text));
  return found ? `${found[1]} (${text}); ${found[2]}` : `failed (${text}); check the server, then run again`;
}

const dropped = /^(57P0|08|ECONNRESET|EPIPE)|^Connection terminated/;

/**
 * Matched against "code: message". What the message means, what to do. Codes are those of
 * https://www.postgresql.org/docs/current/errcodes-appendix.html and of Node's system errors.
 */
const advice: readonly (readonly [RegExp, string, string])[] = [
  [/^28P01|password must be a/, "refused the user or the password", "correct them in STATE_URL"],
  [/^28/, "does not let this user in from here", "correct STATE_URL, or the server's pg_hba.conf or security group"],
  [/^3D000/, "has no such database", "create it (createdb NAME), or name another in STATE_URL"],
  [/^(42501|3F000)/, "does not let this user do that", "grant it CREATE on the schema, or name one with ?schema=NAME"],
  [/^53300/, "has no connection left", "raise max_connections, or run fewer functions at a time"],
  [/^(53100|53200)/, "has no room left", "give the server more disk or memory, then run again"],
  [/^25006/, "can only be read: this server is a replica", "name the primary server in STATE_URL"],
  [
    /^(57014|55P03)|Query read timeout/,
    "took too long to answer",
    "look for locks and load on the server, then run again",
  ],
  [/^57P03/, "is starting up or shutting down", "run again in a moment"],
  [/SSL|certificate|CERT_/, "and this program agree on no encryption", "correct sslmode and sslrootcert in STATE_URL"],
  [
    dropped,
    "dropped the connection, so that nobody knows whether the last change was stored",
    "run again: what is stored is read first",
  ],
  [
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOENT|no answer)|timeout expired/,
    "cannot be reached",
    "check host and port in STATE_URL, that the server runs, and that its security group lets this network in",
  ],
];
