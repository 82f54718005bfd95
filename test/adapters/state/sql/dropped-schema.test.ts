// A pooler that drops the settings of a connection: the tables of another schema are not taken for those of `?schema=`.
import { expect, it } from "vitest";
import { openState } from "../../../../lib/adapters/state/open.ts";
import { openPostgres, openPostgresToRead } from "../../../../lib/adapters/state/postgres/open.ts";
import { emptySchema, postgres, query, tellSkipped } from "../places.ts";

tellSkipped("a pooler that drops settings");

it.skipIf(!postgres)("a connection in another schema is refused, whether that has tables or not", async () => {
  const theirs = await emptySchema();
  const schema = new URL(theirs.url).searchParams.get("schema")!;
  // What arrives at the server through such a pooler: its own search path.
  const withPath = new URL(postgres!);
  withPath.searchParams.set("options", `-c search_path=${schema}`);
  const refused = new RegExp(`uses the schema ${schema} in place of team_a`);

  await query(`create schema ${schema}`);
  await expect(openPostgres(withPath.href, "team_a")).rejects.toThrow(refused);
  expect(await query(`select * from pg_tables where schemaname = '${schema}'`)).toEqual([]);

  await (await openState(theirs.url)).close();
  await expect(openPostgres(withPath.href, "team_a")).rejects.toThrow(refused);
  await expect(openPostgresToRead(withPath.href, "team_a")).rejects.toThrow(refused);
  await (await openPostgres(withPath.href, schema)).close();
  await query("drop schema if exists team_a");
  await theirs.remove();
});
