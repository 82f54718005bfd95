// How a query is written for PostgreSQL.
import type { Dialect } from "../engine.ts";

/** SQL for PostgreSQL. */
export const postgresDialect: Dialect = {
  list,
  // Without `offset 0` the planner could join the whole table instead, by statistics that are wrong.
  copiesOfRoots: `roots cross join lateral (
  select * from replicator_copies
  where account = $1 and root_region = roots.root_region and root_id = roots.root_id offset 0) copies`,
  // A list, of which the planner knows the values, and so how many copies they have.
  copiesInRegions: (parameter) => `replicator_copies copies where account || '/' || region = any(${parameter}::text[])`,
  copiesLike: (parameter, columns) => `${list(parameter, columns)} cross join lateral (
  select * from replicator_copies
  where ${columns.map((column) => `${column} = list.${column}`).join(" and ")} offset 0) copies where true`,
};

function list(parameter: string, columns: readonly string[]): string {
  return `json_to_recordset(${parameter}::json) as list(${columns.map((column) => `${column} text`).join(", ")})`;
}
