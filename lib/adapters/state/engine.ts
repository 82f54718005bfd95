// What the state needs of a database: one query that reads, and the changes that it stores.
import type { Message } from "../../model/messages/define.ts";
import type { Millis } from "../../model/types.ts";
import type { Batch } from "./encode-rows.ts";

/** The value of a parameter. */
export type Value = string | number | null | readonly string[];

/** A query with the parameters `$1`, `$2` and so on. */
export interface Query {
  readonly sql: string;
  readonly params: readonly Value[];
}

/**
 * The parts of a query that the databases write differently. Each finds copies by one index,
 * whatever the statistics of the database say.
 */
export interface Dialect {
  /** A table with these columns, from a JSON list of objects with these keys. */
  list(parameter: string, columns: readonly string[]): string;
  /** The rows of the table `roots`, joined with their copies of account `$1` as `copies`. */
  readonly copiesOfRoots: string;
  /** The copies as `copies` that are in the regions of a list, each as ACCOUNT/REGION. Ends in a condition. */
  copiesInRegions(parameter: string): string;
  /**
   * The copies of all accounts as `copies` that have the same values in these columns as an object of
   * a JSON list. Ends in a condition.
   */
  copiesLike(parameter: string, columns: readonly string[]): string;
}

/** What a batch stored, by its records' own versions. */
export interface SavedRows {
  /** The numbers (`n`) of the copies that were saved. */
  readonly copies: ReadonlySet<number>;
  readonly record: boolean;
}

/** One of the two databases, opened and up to date. Its methods throw the errors of its driver. */
export interface Engine {
  readonly dialect: Dialect;
  /** Runs one query that changes nothing, and may therefore be sent twice. */
  read<Row>(query: Query): Promise<Row[]>;
  /** Stores a batch, in one round trip and one transaction. Never sent twice. */
  save(batch: Batch): Promise<SavedRows>;
  /** Deletes the copies, awaited images and totals of an account, and its record if it has this body. */
  forget(account: string, damagedBody: string | undefined): Promise<void>;
  deleteHistoryBefore(account: string, before: Millis): Promise<void>;
  markSent(account: string, ids: readonly string[]): Promise<void>;
  /** What an error of this database means (a text of `storeFault`) and what to do about it. */
  explain(error: unknown): Message;
  close(): Promise<void>;
}
