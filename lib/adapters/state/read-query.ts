// The query that reads an account: its record, awaited images, totals, and the chosen copies.
import type { Which } from "../../model/ports.ts";
import { searchable } from "./encode-rows.ts";
import type { Dialect, Query, Value } from "./engine.ts";

/**
 * A row of the answer. `number` is the version of a record, the time since which an image is
 * awaited, the number of copies in a phase, or when the oldest unsent journal line was written (null
 * without one); an awaited image has its id in `root_id`.
 */
export interface ReadRow {
  readonly kind: "record" | "awaited" | "total" | "unsent" | "copy";
  readonly root_region: string;
  readonly root_id: string;
  readonly region: string;
  readonly variant: string;
  readonly phase: string;
  readonly number: number;
  readonly body: string;
}

const COPY =
  "select 'copy' as kind, copies.root_region, copies.root_id, copies.region, copies.variant, copies.phase, " +
  "copies.version as number, copies.body from";

/**
 * One query, however much it names: each list is one parameter. First the sources of the copies that
 * are looked for, then all copies of these sources.
 */
export function readQuery(dialect: Dialect, account: string, which: Which = {}): Query {
  const params: Value[] = [account];
  const parameter = (value: Value) => `$${params.push(value)}`;
  const selects = [
    "select 'record' as kind, null as root_region, null as root_id, null as region, null as variant, null as phase, " +
      "version as number, body from replicator_accounts where account = $1",
    "select 'awaited', null, image_id, region, null, null, since, null from replicator_awaited where account = $1",
    "select 'total', null, null, null, null, phase, count, null from replicator_totals where account = $1",
    // The first entry of a small index, and not a count: without a log service every line is unsent.
    "select 'unsent', null, null, null, null, null, min(\"at\"), null from replicator_journal " +
      "where account = $1 and unsent = 1",
  ];
  if (which.all) {
    selects.push(`${COPY} replicator_copies copies where account = $1`);
    return { sql: selects.join("\nunion all "), params };
  }
  const roots = rootQueries(dialect, account, which, parameter);
  if (roots.length === 0) return { sql: selects.join("\nunion all "), params };
  selects.push(`${COPY} ${dialect.copiesOfRoots}`);
  const chosen = `with roots as (select distinct root_region, root_id from (${roots.join("\nunion all ")}) chosen)\n`;
  return { sql: chosen + selects.join("\nunion all "), params };
}

/** A query for each condition, which answers the sources of the copies that fulfil it. */
function rootQueries(dialect: Dialect, account: string, which: Which, parameter: (value: Value) => string): string[] {
  const { dueBy, images = [], regions = [], names = [], families = [] } = which;
  const queries: string[] = [];
  // Not `account = $1`, for which the primary key could be searched: it has all copies.
  const rootsOf = (copies: string) =>
    queries.push(`select copies.root_region, copies.root_id from ${copies} and copies.account || '' = $1`);
  const list = (rows: readonly object[]) =>
    parameter(JSON.stringify(rows, (_, value: unknown) => (typeof value === "string" ? searchable(value) : value)));
  if (dueBy !== undefined) {
    const due = `account = $1 and due_at <= ${parameter(Math.floor(dueBy))}`;
    queries.push(`select root_region, root_id from replicator_copies where ${due}`);
  }
  if (images.length > 0) {
    const asRoots = images.map(({ region, imageId }) => ({ root_region: region, root_id: imageId }));
    queries.push(`select root_region, root_id from ${dialect.list(list(asRoots), ["root_region", "root_id"])}`);
    const asCopies = images.map(({ region, imageId }) => ({ region, image_id: imageId }));
    rootsOf(dialect.copiesLike(list(asCopies), ["region", "image_id"]));
  }
  const places = [...new Set(regions)].map((region) => `${account}/${searchable(region)}`);
  if (regions.length > 0) rootsOf(dialect.copiesInRegions(parameter(places)));
  if (names.length > 0) rootsOf(dialect.copiesLike(list(names), ["region", "name"]));
  if (families.length > 0) rootsOf(dialect.copiesLike(list(families), ["region", "family"]));
  return queries;
}

/** The accounts with a record or with copies, from the two small tables that have a row for each. */
export function accountsQuery(): Query {
  const sql =
    "select account from replicator_accounts union select account from replicator_totals where count > 0 order by account";
  return { sql, params: [] };
}

/** The latest runs. */
export function runsQuery(account: string, limit: number): Query {
  return {
    sql: "select id, body from replicator_runs where account = $1 order by started_at desc, id desc limit $2",
    params: [account, limit],
  };
}

/** The latest journal lines: all, or those about an image. */
export function entriesQuery(account: string, limit: number, imageId: string | undefined): Query {
  const lines = 'select "at", id, body from replicator_journal where';
  const latest = 'order by "at" desc, id desc limit $2';
  if (imageId === undefined) return { sql: `${lines} account = $1 ${latest}`, params: [account, limit] };
  // A union instead of `or`, and no condition on the account in its third part (a copy key holds
  // the account): otherwise SQLite would read all lines of the account.
  const keys = "select copy_key from replicator_journal where account = $1 and image_id = $3";
  const sql = `${lines} account = $1 and root_id = $3
union ${lines} account = $1 and image_id = $3
union ${lines} copy_key in (${keys}) ${latest}`;
  return { sql, params: [account, limit, searchable(imageId)] };
}

/** The oldest journal lines that no log service has taken. */
export function unsentQuery(account: string, limit: number): Query {
  const sql =
    'select id, "at", body from replicator_journal where account = $1 and unsent = 1 order by "at", id limit $2';
  return { sql, params: [account, limit] };
}
