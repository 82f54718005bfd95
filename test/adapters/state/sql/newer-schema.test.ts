// A database whose tables a newer program made: one version newer is used, two versions newer is refused.
import Database from "libsql";
import { afterEach, describe, expect, it } from "vitest";
import { openState } from "../../../../lib/adapters/state/open.ts";
import { copiesOf, saveCopy } from "../../../support/records.ts";
import { emptyFile, emptySchema, postgres, query, tellSkipped } from "../places.ts";
import { A, copyOf } from "../samples.ts";

tellSkipped("databases of a newer program");

/** An empty database, and how to run SQL on it beside the program. */
const DATABASES = [
  {
    engine: "SQLite",
    make: async () => {
      const { url, remove } = await emptyFile();
      const run = async (sql: string) => {
        const database = new Database(url.slice("sqlite:".length));
        const statement = database.prepare(sql);
        const rows = statement.reader ? statement.all() : void statement.run();
        database.close();
        return rows as Record<string, unknown>[];
      };
      return { url, remove, run };
    },
  },
  {
    engine: "PostgreSQL",
    make: async () => {
      const { url, remove } = await emptySchema();
      const schema = new URL(url).searchParams.get("schema") ?? "";
      return { url, remove, run: (sql: string) => query(sql, schema) };
    },
  },
].filter(({ engine }) => engine === "SQLite" || postgres);

describe.each(DATABASES)("a database in $engine of a newer program", ({ make }) => {
  let remove = async () => {};
  afterEach(() => remove());

  it("is read and written if it is one version newer: a version only adds columns and tables", async () => {
    const { url, run, ...place } = await make();
    remove = place.remove;
    const before = await openState(url);
    await saveCopy(before, copyOf({ policy: "first" }));
    await before.close();
    const [row] = await run("select max(version) as version from replicator_schema");
    const supported = Number(row?.["version"]);
    await run(`insert into replicator_schema values (${supported + 1})`);
    await run("alter table replicator_copies add column of_newer text");
    await run("create table replicator_of_newer (id text primary key)");

    for (const readOnly of [true, false]) {
      const state = await openState(url, { readOnly });
      expect((await copiesOf(state, A)).map(({ policy }) => policy)).toEqual(["first"]);
      await state.close();
    }
    const after = await openState(url);
    const [copy] = await copiesOf(after, A);
    await saveCopy(after, { ...copy!, policy: "second" });
    await saveCopy(after, copyOf({ key: { ...copy!.key, region: "ap-nanjing" }, policy: "new" }));
    expect((await copiesOf(after, A)).map(({ policy }) => policy).sort()).toEqual(["new", "second"]);
    await after.close();

    await run(`insert into replicator_schema values (${supported + 2})`);
    await expect(openState(url)).rejects.toThrow(
      `made by a newer version of this program (schema ${supported + 2}, this version supports ${supported})`,
    );
  });
});
