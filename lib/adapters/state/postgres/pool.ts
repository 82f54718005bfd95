// The pool of connections to a server: their time limits, settings and types.
import type { ClientConfig, CustomTypesConfig, Client as PgClient, Pool } from "pg";

/** Limits for connecting, and for one statement on the server, in ms. */
const CONNECT = 5_000;
const STATEMENT = 10_000;
/**
 * How long to wait for an answer, in ms. It is above STATEMENT so that the server normally ends a
 * query first and reports why.
 */
export const QUERY = 15_000;
/** Two, because functions run in many instances and servers allow few connections. */
const CONNECTIONS = 2;

/**
 * Every query here finds its rows by an index. Statistics from a time when most copies were due would
 * make the server read the whole table instead, once for each source, and compile the query before.
 * Set with the connection, so that it costs no query.
 */
const PLANNER = ["enable_seqscan=off", "jit=off"];

/** Makes a pool, whose connections are opened when they are first used, with these server settings. */
export async function poolOf(url: string, settings: readonly string[]): Promise<Pool> {
  const { default: pg } = await import("pg");
  const connectionString = withSettings(url, [...PLANNER, ...settings]);
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
  return pool;
}

/**
 * pg reads bigint (oid 20) as text, as it may exceed a number; times and counters here never do.
 */
function numbers(types: CustomTypesConfig): CustomTypesConfig {
  const getTypeParser = (oid: number, format?: "text" | "binary") =>
    oid === 20 ? Number : (types.getTypeParser as (oid: number, format?: string) => unknown)(oid, format);
  return { getTypeParser: getTypeParser as CustomTypesConfig["getTypeParser"] };
}

function withSettings(url: string, settings: readonly string[]): string {
  const parsed = new URL(url);
  const options = parsed.searchParams.get("options");
  const all = [...(options ? [options] : []), ...settings.map((setting) => `-c ${setting}`)];
  parsed.searchParams.set("options", all.join(" "));
  return parsed.href;
}
