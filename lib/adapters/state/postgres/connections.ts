// Connections to the server that work: a read is repeated on a new one, a write never.
import type { Pool, PoolClient } from "pg";
import type { Query } from "../engine.ts";
import { causeOf, codeOf, DROPPED } from "./explain.ts";
import { poolOf, QUERY } from "./pool.ts";

/**
 * A connection that was idle for longer than IDLE ms may be lost without a sign. Before a write it
 * has to answer within CHECK ms; a read has to be answered within PROBE ms, or it is repeated.
 */
const IDLE = 2_000;
const CHECK = 2_000;
const PROBE = 4_000;

/** How often a write is sent that the server undid whole, and for how long it pauses before, ms. */
const ATTEMPTS = 10;
const PAUSE = 20;

/** Runs one statement and answers its rows. */
export type RunQuery = <Row>(query: Query) => Promise<Row[]>;

/** The connections of one opened state. */
export interface Connections {
  /** Runs one query that changes nothing: again on a new connection if an idle one was lost. */
  readonly read: RunQuery;
  /**
   * Runs one statement that changes something. It is sent again only if the server says that it
   * undid the first one, never if the answer was lost.
   */
  readonly write: RunQuery;
  /** Runs statements in one transaction. */
  transaction<T>(work: (run: RunQuery) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

/** Makes the connections, which are opened when they are first used, with these server settings. */
export async function connectionsTo(url: string, settings: readonly string[] = []): Promise<Connections> {
  return connectionsOf(await poolOf(url, settings));
}

/**
 * When a frozen instance resumes, a firewall or the server may have dropped its connections; a write
 * on one would fail with an unknown outcome. A connection on which a query failed is closed.
 */
function connectionsOf(pool: Pool): Connections {
  const usedAt = new WeakMap<PoolClient, number>();
  const take = async () => {
    const client = await pool.connect().catch(connectError);
    const last = usedAt.get(client);
    return { client, isUsed: last !== undefined, isIdle: last !== undefined && Math.abs(Date.now() - last) >= IDLE };
  };
  const takeForWrite = async (): Promise<PoolClient> => {
    for (;;) {
      const { client, isIdle } = await take();
      if (!isIdle || (await answers(client))) return client;
      client.release(true);
    }
  };
  /** Uses a connection, and gives it back. */
  const using = async <T>(client: PoolClient, work: (client: PoolClient) => Promise<T>): Promise<T> => {
    try {
      const result = await work(client);
      usedAt.set(client, Date.now());
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    }
  };
  return {
    async read<Row>(query: Query) {
      for (;;) {
        const { client, isUsed, isIdle } = await take();
        try {
          return await using(client, (one) => rowsOf<Row>(one, query, isIdle ? PROBE : QUERY));
        } catch (error) {
          // Each connection that fails is closed, so that the next one is new at last.
          const isLost = DROPPED.test(causeOf(error)) || (isIdle && SILENT.test(causeOf(error)));
          if (!isUsed || !isLost) throw error;
        }
      }
    },
    async write<Row>(query: Query) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await using(await takeForWrite(), (client) => rowsOf<Row>(client, query));
        } catch (error) {
          if (!UNDONE.has(codeOf(error)) || attempt === ATTEMPTS) throw error;
          await new Promise((done) => setTimeout(done, Math.random() * attempt * PAUSE));
        }
      }
    },
    async transaction(work) {
      return await using(await takeForWrite(), async (client) => {
        // A process that is frozen here must not hold its locks for long.
        await client.query("begin; set local idle_in_transaction_session_timeout = 10000");
        // If the work fails, the connection is closed, and the transaction ends with it.
        const result = await work((query) => rowsOf(client, query));
        await client.query("commit");
        return result;
      });
    },
    end: () => pool.end(),
  };
}

/** That no answer came in time; then the connection may be lost. Matched against `causeOf`. */
const SILENT = /^Query read timeout/;

/** The server undid the whole statement: serialization failure, deadlock. */
const UNDONE = new Set(["40001", "40P01"]);

async function rowsOf<Row>(client: PoolClient, { sql, params }: Query, limit = QUERY): Promise<Row[]> {
  const config: { text: string; values: unknown[]; query_timeout: number } = {
    text: sql,
    values: [...params],
    query_timeout: limit,
  };
  return (await client.query(config)).rows as Row[];
}

async function answers(client: PoolClient): Promise<boolean> {
  return await rowsOf(client, { sql: "select 1", params: [] }, CHECK).then(
    () => true,
    () => false,
  );
}

/**
 * Marks an error from before the connection was established: then no change can be lost, whereas
 * the same error later leaves the outcome of a change unknown.
 */
function connectError(error: unknown): never {
  const cause = causeOf(error);
  throw DROPPED.test(cause) ? new Error(`no answer: ${cause}`) : error;
}
