// The tables of the state, and the SQL that creates or updates them.
import { StateError } from "../../model/errors.ts";
import { fullText } from "../../model/messages/define.ts";
import { storeFault } from "../../model/messages/state.ts";

/**
 * Every version of the schema, oldest first, in SQL that both databases support. Never change a
 * released version. An older program may still be running while a newer one adds a version, so a
 * version only adds.
 */
const migrations: readonly (readonly string[])[] = [
  [
    // `body` is the whole record as JSON; the other columns serve to find it. `due_at`: when a poll
    // has to read the copy, null if the copy is not open; the others: see `searchColumns`.
    `create table replicator_copies (
       account text not null, root_region text not null, root_id text not null, region text not null,
       variant text not null, phase text not null, due_at bigint, image_id text, name text, family text,
       version integer not null, body text not null,
       primary key (account, root_region, root_id, region, variant))`,
    // Has an entry for each open copy alone, and all that a poll needs: it is read without the table.
    `create index replicator_copies_due on replicator_copies (account, due_at, root_region, root_id)
       where due_at is not null`,
    // Those that `deleteHistoryBefore` looks at.
    `create index replicator_copies_ended on replicator_copies (account) where phase = 'ended'`,
    // Each of these serves one condition of `read` alone, so that no planner with old statistics can
    // search it instead of the primary key: by one text, which no other query names, or where a value is set.
    `create index replicator_copies_region on replicator_copies ((account || '/' || region))`,
    `create index replicator_copies_image on replicator_copies (image_id, region) where image_id is not null`,
    `create index replicator_copies_name on replicator_copies (name, region) where name is not null`,
    `create index replicator_copies_family on replicator_copies (family, region) where family is not null`,
    // How many copies are in each phase. A query that counts them would read every copy.
    `create table replicator_totals (
       account text not null, phase text not null, count bigint not null, primary key (account, phase))`,
    `create table replicator_accounts (account text primary key, version integer not null, body text not null)`,
    `create table replicator_awaited (
       account text not null, region text not null, image_id text not null, since bigint not null,
       primary key (account, region, image_id))`,
    `create table replicator_runs (
       account text not null, id text not null, started_at bigint not null, body text not null,
       primary key (account, id))`,
    `create index replicator_runs_latest on replicator_runs (account, started_at, id)`,
    // `id`: see `lineId`; it orders the lines of one millisecond. `unsent` is 1 until a log service
    // has taken the line.
    `create table replicator_journal (
       id text primary key, account text not null, "at" bigint not null, unsent integer not null default 1,
       root_id text, copy_key text, image_id text, body text not null)`,
    `create index replicator_journal_latest on replicator_journal (account, "at", id)`,
    `create index replicator_journal_root on replicator_journal (account, root_id, "at", id)`,
    `create index replicator_journal_copy on replicator_journal (copy_key)`,
    `create index replicator_journal_image on replicator_journal (account, image_id, "at", id)`,
    // Has an entry for each unsent line alone: where all are sent, looking for them costs nothing.
    `create index replicator_journal_unsent on replicator_journal (account, "at", id) where unsent = 1`,
  ],
];

/**
 * By how many versions a state may be newer than this program: a rollback works on the state of the version before it
 * (docs/decisions/025-one-version-forward.md). Of both stores.
 */
export const VERSIONS_FORWARD = 1;

/** Creates the table that `readVersion` reads. */
export const createVersionTable = "create table if not exists replicator_schema (version integer primary key)";

/** Answers one row: `version` is the number of migrations that the database has, null for none. */
export const readVersion = "select max(version) as version from replicator_schema";

/**
 * The SQL that brings a database from `version` up to date; empty if it is. Run it in one
 * transaction that only one process can be in. Throws `StateError` if the database is more than
 * one version newer.
 */
export function pendingSql(version: number): string[] {
  if (version > migrations.length + VERSIONS_FORWARD) {
    throw new StateError(fullText(storeFault("state-newer", { version, supported: migrations.length })));
  }
  return migrations
    .slice(version)
    .flatMap((statements, index) => [
      ...statements,
      `insert into replicator_schema (version) values (${version + index + 1})`,
    ]);
}
