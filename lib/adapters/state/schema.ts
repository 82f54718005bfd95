// The tables of the state, and the SQL that creates or updates them.
import type { Kysely } from "kysely";
import { StateError } from "../../model/errors.ts";
import { fullText, type Message } from "../../model/messages/define.ts";
import { storeFault } from "../../model/messages/state.ts";

/**
 * The tables, for Kysely. `body` is the whole record as JSON; the other columns serve to find it.
 */
export interface Tables {
  replicator_copies: {
    account: string;
    root_region: string;
    root_id: string;
    region: string;
    variant: string;
    state: string;
    policy: string;
    version: number;
    updated_at: number;
    body: string;
  };
  replicator_accounts: { account: string; version: number; body: string };
  replicator_awaited: { account: string; region: string; image_id: string; since: number };
  replicator_runs: { account: string; id: string; started_at: number; body: string };
  replicator_journal: {
    /** One opened state. `seq` counts its lines and orders those of the same millisecond. */
    writer: string;
    seq: number;
    account: string;
    at: number;
    root_id: string | null;
    copy_key: string | null;
    image_id: string | null;
    body: string;
  };
}

/** One of the two databases, opened and up to date. */
export interface Engine {
  readonly db: Kysely<Tables>;
  /** What an error of this database means (a text of `storeFault`) and what to do about it. */
  explain(error: unknown): Message;
}

/**
 * Every version of the schema, oldest first, in SQL that both databases support. Never change a
 * released version. An older program may still be running while a newer one adds a version, so a
 * version only adds.
 */
const migrations: readonly (readonly string[])[] = [
  [
    `create table replicator_copies (
       account text not null, root_region text not null, root_id text not null, region text not null,
       variant text not null, state text not null, policy text not null, version integer not null,
       updated_at bigint not null, body text not null,
       primary key (account, root_region, root_id, region, variant))`,
    `create table replicator_accounts (account text primary key, version integer not null, body text not null)`,
    `create table replicator_awaited (
       account text not null, region text not null, image_id text not null, since bigint not null,
       primary key (account, region, image_id))`,
    `create table replicator_runs (
       account text not null, id text not null, started_at bigint not null, body text not null,
       primary key (account, id))`,
    `create index replicator_runs_latest on replicator_runs (account, started_at, id)`,
    `create table replicator_journal (
       writer text not null, seq bigint not null, account text not null, "at" bigint not null,
       root_id text, copy_key text, image_id text, body text not null,
       primary key (writer, seq))`,
    `create index replicator_journal_latest on replicator_journal (account, "at", writer, seq)`,
    `create index replicator_journal_root on replicator_journal (account, root_id, "at", writer, seq)`,
    `create index replicator_journal_copy on replicator_journal (copy_key)`,
    `create index replicator_journal_image on replicator_journal (account, image_id, "at", writer, seq)`,
  ],
];

/** Creates the table that `readVersion` reads. */
export const createVersionTable = "create table if not exists replicator_schema (version integer primary key)";

/** Answers one row: `version` is the number of migrations that the database has, null for none. */
export const readVersion = "select max(version) as version from replicator_schema";

/**
 * The SQL that brings a database from `version` up to date; empty if it is. Run it in one
 * transaction that only one process can be in. Throws `StateError` if a newer program created the
 * database.
 */
export function pendingSql(version: number): string[] {
  if (version > migrations.length) {
    throw new StateError(fullText(storeFault("state-newer", { version, supported: migrations.length })));
  }
  return migrations
    .slice(version)
    .flatMap((statements, index) => [
      ...statements,
      `insert into replicator_schema (version) values (${version + index + 1})`,
    ]);
}
