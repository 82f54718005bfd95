// The changes of the state in SQLite, each within one transaction.
import type { Millis } from "../../../model/types.ts";
import { type Batch, type CopyRow, type RecordRow, SEARCHED } from "../encode-rows.ts";
import type { SavedRows, Value } from "../engine.ts";
import type { Statements } from "./statements.ts";

/** Stores a batch; see `State.save`. */
export function saveBatch(statements: Statements, batch: Batch): SavedRows {
  const { account } = batch;
  const copies = new Set<number>();
  const deltas = new Map<string, number>();
  const count = (phase: string, by: number) => deltas.set(phase, (deltas.get(phase) ?? 0) + by);
  for (const copy of batch.copies) {
    const before = copy.expected === 0 ? undefined : phaseAt(statements, account, copy);
    const isSaved = copy.expected === 0 ? create(statements, account, copy) : before !== undefined;
    if (!isSaved) continue;
    if (before !== undefined) {
      replace(statements, account, copy);
      count(before, -1);
    }
    count(copy.phase, 1);
    copies.add(copy.n);
  }
  for (const [phase, by] of deltas) if (by !== 0) addToTotal(statements, account, phase, by);
  const record = batch.records.some((row) => saveRecord(statements, account, row));
  saveOthers(statements, batch, copies);
  return { copies, record };
}

const KEY = "account = $1 and root_region = $2 and root_id = $3 and region = $4 and variant = $5";
const keyOf = (account: string, { root_region, root_id, region, variant }: CopyRow) => [
  account,
  root_region,
  root_id,
  region,
  variant,
];

/** The phase of a stored copy; undefined if it does not have the expected version, or does not exist. */
function phaseAt(statements: Statements, account: string, copy: CopyRow): string | undefined {
  const sql = `select phase from replicator_copies where ${KEY} and version = $6`;
  const [row] = statements.all(sql, [...keyOf(account, copy), copy.expected]) as { phase: string }[];
  return row?.phase;
}

function create(statements: Statements, account: string, copy: CopyRow): boolean {
  const sql = `insert into replicator_copies
    (account, root_region, root_id, region, variant, version, body, ${SEARCHED.join(", ")})
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing`;
  return statements.run(sql, [...keyOf(account, copy), ...contentOf(copy)]) === 1;
}

function replace(statements: Statements, account: string, copy: CopyRow): void {
  const searched = SEARCHED.map((column, n) => `${column} = $${8 + n}`).join(", ");
  const sql = `update replicator_copies set version = $6, body = $7, ${searched} where ${KEY}`;
  statements.run(sql, [...keyOf(account, copy), ...contentOf(copy)]);
}

function contentOf(copy: CopyRow): Value[] {
  return [copy.version, copy.body, ...SEARCHED.map((column) => copy[column])];
}

function addToTotal(statements: Statements, account: string, phase: string, by: number): void {
  const sql = `insert into replicator_totals (account, phase, count) values ($1, $2, $3)
    on conflict (account, phase) do update set count = count + excluded.count`;
  statements.run(sql, [account, phase, by]);
}

function saveRecord(statements: Statements, account: string, { expected, version, body }: RecordRow): boolean {
  const sql =
    expected === 0
      ? "insert into replicator_accounts (account, version, body) values ($1, $2, $3) on conflict do nothing"
      : "update replicator_accounts set version = $2, body = $3 where account = $1 and version = $4";
  return statements.run(sql, [account, version, body, ...(expected === 0 ? [] : [expected])]) === 1;
}

/** Stores the rows that have no version. A line of a copy is left out if the copy was not saved. */
function saveOthers(statements: Statements, batch: Batch, saved: ReadonlySet<number>): void {
  const { account } = batch;
  for (const { region, image_id, since } of batch.add) {
    const sql = `insert into replicator_awaited (account, region, image_id, since)
      values ($1, $2, $3, $4) on conflict do nothing`;
    statements.run(sql, [account, region, image_id, since]);
  }
  for (const { region, image_id } of batch.remove) {
    const sql = "delete from replicator_awaited where account = $1 and region = $2 and image_id = $3";
    statements.run(sql, [account, region, image_id]);
  }
  for (const { id, started_at, body } of batch.runs) {
    const sql = `insert into replicator_runs (account, id, started_at, body) values ($1, $2, $3, $4)
      on conflict (account, id) do update set started_at = excluded.started_at, body = excluded.body`;
    statements.run(sql, [account, id, started_at, body]);
  }
  for (const { copy, id, at, root_id, copy_key, image_id, body } of batch.entries) {
    if (copy !== null && !saved.has(copy)) continue;
    const sql = `insert into replicator_journal (id, account, "at", root_id, copy_key, image_id, body)
      values ($1, $2, $3, $4, $5, $6, $7)`;
    statements.run(sql, [id, account, at, root_id, copy_key, image_id, body]);
  }
}

/** Marks journal lines; see `State.markSent`. */
export function markSent(statements: Statements, account: string, ids: readonly string[]): void {
  const sql = "update replicator_journal set unsent = 0 where account = $1 and id in (select value from json_each($2))";
  statements.run(sql, [account, ids]);
}

/** Forgets an account; see `State.forget`. */
export function forgetAccount(statements: Statements, account: string, damagedBody: string | undefined): void {
  for (const table of ["replicator_copies", "replicator_awaited", "replicator_totals"]) {
    statements.run(`delete from ${table} where account = $1`, [account]);
  }
  if (damagedBody === undefined) return;
  statements.run("delete from replicator_accounts where account = $1 and body = $2", [account, damagedBody]);
}

/** Deletes history; see `State.deleteHistoryBefore`. */
export function deleteHistory(statements: Statements, account: string, before: Millis): void {
  statements.run("delete from replicator_runs where account = $1 and started_at < $2", [account, before]);
  statements.run('delete from replicator_journal where account = $1 and "at" < $2', [account, before]);
  const sql = `delete from replicator_copies
    where account = $1 and phase = 'ended' and json_extract(body, '$.updatedAt') < $2`;
  const ended = statements.run(sql, [account, before]);
  if (ended > 0) addToTotal(statements, account, "ended", -ended);
}
