// Statements on a SQLite file: prepared once, and run at once, without a turn of the event loop.

import type { Value } from "../engine.ts";

/** An open file. */
export type Database = import("libsql").Database;

/** A prepared statement, as far as it is used here. */
interface Statement {
  all(...params: unknown[]): unknown[];
  run(...params: unknown[]): { readonly changes: number };
}

/** Runs statements with parameters `$1`, `$2`, which are numbered as in the other database. */
export interface Statements {
  /** The rows of a query, or those that a change returns. */
  all(sql: string, params: readonly Value[]): unknown[];
  /** Makes a change, and answers how many rows it changed. */
  run(sql: string, params: readonly Value[]): number;
  /**
   * Runs changes of which all or none are stored. Other processes wait. There is no `await` inside:
   * another state of the same process would block in its wait for the lock, and this one could not
   * commit.
   */
  transaction<T>(work: () => T): T;
}

/** The statements of a file. */
export function statementsOf(database: Database): Statements {
  const prepared = new Map<string, Statement>();
  // A list is read by `json_each`.
  const bound = (params: readonly Value[]) =>
    params.map((value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : value));
  const prepare = (sql: string) => {
    let statement = prepared.get(sql);
    if (!statement) {
      // SQLite numbers `$2` by its place in the text, and `?2` by its number.
      statement = database.prepare<unknown[]>(sql.replaceAll(/\$(\d+)/g, "?$1"));
      prepared.set(sql, statement);
    }
    return statement;
  };
  return {
    all: (sql, params) => prepare(sql).all(...bound(params)),
    run: (sql, params) => prepare(sql).run(...bound(params)).changes,
    transaction(work) {
      database.exec("begin immediate");
      try {
        const result = work();
        database.exec("commit");
        return result;
      } catch (error) {
        if (database.inTransaction) database.exec("rollback");
        throw error;
      }
    },
  };
}
