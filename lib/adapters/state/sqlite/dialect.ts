// How a query is written for SQLite.
import type { Dialect } from "../engine.ts";

/** The index that SQLite makes for the primary key. */
const PRIMARY_KEY = "sqlite_autoindex_replicator_copies_1";

/** SQL for SQLite, which never reorders a cross join and uses the index of `indexed by` or none. */
export const sqliteDialect: Dialect = {
  list,
  copiesOfRoots: `roots cross join replicator_copies copies indexed by ${PRIMARY_KEY}
  on copies.account = $1 and copies.root_region = roots.root_region and copies.root_id = roots.root_id`,
  copiesInRegions: (parameter) =>
    `json_each(${parameter}) as list cross join replicator_copies copies indexed by replicator_copies_region
  where copies.account || '/' || copies.region = list.value`,
  copiesLike: (parameter, columns) =>
    `${list(parameter, columns)} as list cross join replicator_copies copies
  where ${columns.map((column) => `copies.${column} = list.${column}`).join(" and ")}`,
};

function list(parameter: string, columns: readonly string[]): string {
  const values = columns.map((column) => `value ->> '${column}' as ${column}`);
  return `(select ${values.join(", ")} from json_each(${parameter}))`;
}
