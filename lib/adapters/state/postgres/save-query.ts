// The one statement that stores a batch in PostgreSQL.
import { type Batch, SEARCHED } from "../encode-rows.ts";
import type { Query } from "../engine.ts";

/**
 * SQL that waits until no other save of this account is under way, and keeps others waiting until
 * the end of the transaction. All saves of an account change the same totals, so they wait for each
 * other anyhow; a lock that each takes first leaves no order in which two could wait for each other
 * for ever. Of the schema: two states may be in one database.
 */
export const lockAccount = (account: string) =>
  `pg_advisory_xact_lock(hashtextextended('cvm-replicator/' || current_schema() || '/' || ${account}, 0))`;

/**
 * One statement, so that no process can be frozen in the middle and keep the others waiting. It
 * sees the tables as they were before it waited for the lock. So each change names the version that
 * it replaces: PostgreSQL checks that against the row as it is now, once the row was changed
 * meanwhile (read committed).
 * https://www.postgresql.org/docs/current/transaction-iso.html#XACT-READ-COMMITTED
 */
const SAVE = `with lock as materialized (select ${lockAccount("$1")} as held),
copies as materialized (
  select $1 as account, list.* from lock cross join json_to_recordset($2::json) as list(
    n integer, root_region text, root_id text, region text, variant text,
    phase text, due_at bigint, image_id text, name text, family text, expected integer, version integer, body text)),
replaced as (
  update replicator_copies stored
  set ${SEARCHED.map((column) => `${column} = copies.${column}`).join(", ")},
    version = copies.version, body = copies.body
  from copies join replicator_copies before
    on before.account = copies.account and before.root_region = copies.root_region and before.root_id = copies.root_id
    and before.region = copies.region and before.variant = copies.variant and before.version = copies.expected
  where stored.account = copies.account and stored.root_region = copies.root_region and stored.root_id = copies.root_id
    and stored.region = copies.region and stored.variant = copies.variant and stored.version = copies.expected
    and copies.expected <> 0
  returning copies.n, copies.phase, before.phase as phase_before),
created as (
  insert into replicator_copies (account, root_region, root_id, region, variant, ${SEARCHED.join(", ")}, version, body)
  select $1, root_region, root_id, region, variant, ${SEARCHED.join(", ")}, version, body from copies where expected = 0
  on conflict do nothing
  returning root_region, root_id, region, variant),
saved as (
  select n, phase, phase_before from replaced
  union all
  select n, phase, null from created join copies using (root_region, root_id, region, variant)),
totals as (
  insert into replicator_totals (account, phase, count)
  select $1, phase, sum(change) from (
    select phase, 1 as change from saved
    union all select phase_before, -1 from saved where phase_before is not null) changes
  group by phase having sum(change) <> 0
  on conflict (account, phase) do update set count = replicator_totals.count + excluded.count),
records as materialized (
  select list.* from lock cross join json_to_recordset($3::json) as list(
    expected integer, version integer, body text)),
replaced_record as (
  update replicator_accounts stored set version = records.version, body = records.body
  from records
  where stored.account = $1 and stored.version = records.expected and records.expected <> 0
  returning stored.version),
created_record as (
  insert into replicator_accounts (account, version, body)
  select $1, version, body from records where expected = 0
  on conflict do nothing
  returning version),
added as (
  insert into replicator_awaited (account, region, image_id, since)
  select $1, list.* from lock cross join json_to_recordset($4::json) as list(
    region text, image_id text, since bigint)
  on conflict do nothing),
removed as (
  delete from replicator_awaited
  using lock cross join json_to_recordset($5::json) as list(region text, image_id text)
  where account = $1 and replicator_awaited.region = list.region and replicator_awaited.image_id = list.image_id),
runs as (
  insert into replicator_runs (account, id, started_at, body)
  select $1, list.* from lock cross join json_to_recordset($6::json) as list(
    id text, started_at bigint, body text)
  on conflict (account, id) do update set started_at = excluded.started_at, body = excluded.body),
entries as (
  insert into replicator_journal (account, id, "at", root_id, copy_key, image_id, body)
  select $1, id, "at", root_id, copy_key, image_id, body from json_to_recordset($7::json) as list(
    copy integer, id text, "at" bigint, root_id text, copy_key text, image_id text, body text)
  where copy is null or copy in (select n from saved))
select 'copy' as kind, n from saved
union all select 'record', version from replaced_record
union all select 'record', version from created_record`;

/** Stores a batch; its answer has a row for each copy that was saved, and one for the record. */
export function saveQuery({ account, copies, records, add, remove, runs, entries }: Batch): Query {
  const lists = [copies, records, add, remove, runs, entries].map((rows) => JSON.stringify(rows));
  return { sql: SAVE, params: [account, ...lists] };
}
