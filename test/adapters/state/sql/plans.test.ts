// How both databases find copies among many finished ones: by an index in every case.
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeCopy } from "../../../../lib/adapters/state/encode-rows.ts";
import type { Query } from "../../../../lib/adapters/state/engine.ts";
import { openState } from "../../../../lib/adapters/state/open.ts";
import { type Connections, connectionsTo } from "../../../../lib/adapters/state/postgres/connections.ts";
import { postgresDialect } from "../../../../lib/adapters/state/postgres/dialect.ts";
import { saveQuery } from "../../../../lib/adapters/state/postgres/save-query.ts";
import { readQuery, unsentQuery } from "../../../../lib/adapters/state/read-query.ts";
import { sqliteDialect } from "../../../../lib/adapters/state/sqlite/dialect.ts";
import { parseStateUrl } from "../../../../lib/adapters/state/url.ts";
import type { Which } from "../../../../lib/model/ports.ts";
import { type Empty, emptyFile, emptySchema, postgres, query, tellSkipped } from "../places.ts";
import { A, base, copyOf } from "../samples.ts";
import { fillSql } from "./fill.ts";

tellSkipped("the plans of queries");

const NOW = base.updatedAt;
const images = [{ region: "ap-guangzhou", imageId: "img-17" }];
const names = [{ region: "ap-rare", name: "golden-17" }];
const families = [{ region: "ap-rare", family: "golden" }];
const QUESTIONS: [string, Which, string[]][] = [
  ["due", { dueBy: NOW }, ["due", "pkey"]],
  ["images", { images }, ["image", "pkey"]],
  ["names", { names }, ["name", "pkey"]],
  ["families", { families }, ["family", "pkey"]],
  ["regions", { regions: ["ap-rare"] }, ["region", "pkey"]],
  [
    "everything at once",
    { dueBy: NOW, images, names, families, regions: ["ap-rare", "ap-none"] },
    ["due", "image", "name", "family", "pkey", "region"],
  ],
];
const COPIES = 30_000;

/** A read of the whole table or of a whole index; `using` names the indexes that are searched. */
interface Plan {
  readonly text: string;
  readonly scans: readonly string[];
}

function expectIndexes(plan: Plan, indexes: readonly string[], name: string): void {
  expect(plan.scans, `${name}:\n${plan.text}`).toEqual([]);
  for (const index of indexes) expect(plan.text, name).toContain(index);
}

/** Copies of one source in one region, all due. */
const few = (numbers: string) => `insert into replicator_copies
  select '${A}', 'ap-guangzhou', 'img-17', 'ap-rare', n, 'waiting', 0, null, null, null, 1, '' from ${numbers}`;

describe("SQLite", () => {
  let empty: Empty;
  let database: Database.Database;
  beforeEach(async () => {
    empty = await emptyFile();
    await (await openState(empty.url)).close();
    database = new Database(empty.url.slice("sqlite:".length));
  });
  afterEach(async () => {
    database.close();
    await empty.remove();
  });

  const MANY = fillSql("sqlite", A, COPIES);
  const FEW = few("(select value as n from json_each('[1,2,3]'))");

  it("finds the unsent lines, and since when they wait, in the index that has them alone", () => {
    for (const { sql } of [unsentQuery(A, 2_000), readQuery(sqliteDialect, A, { dueBy: 1 })]) {
      const rows = database.prepare(`explain query plan ${sql}`).all() as { detail: string }[];
      const journal = rows.map(({ detail }) => detail).filter((detail) => detail.includes("replicator_journal"));
      expect(journal).toEqual([expect.stringContaining("INDEX replicator_journal_unsent (account=?") as string]);
    }
  });

  it.each([
    ["without statistics", MANY],
    ["with statistics", [...MANY, "analyze"]],
    ["with statistics from when all copies were of one source and due", [FEW, "analyze", ...MANY]],
  ])("searches an index %s", (_name, before) => {
    for (const sql of before) database.exec(sql);
    for (const [name, which, indexes] of QUESTIONS) {
      const { sql } = readQuery(sqliteDialect, A, which);
      const rows = database.prepare(`explain query plan ${sql}`).all() as { detail: string }[];
      const text = rows.map(({ detail }) => detail).join("\n");
      // The primary key searched by one column alone is a scan of the whole account.
      const scans = text.match(/SCAN (copies|replicator_copies)\b|copies USING .*_copies_1 \(account=\?\)/g) ?? [];
      const names = { due: "replicator_copies_due", pkey: "sqlite_autoindex_replicator_copies_1" };
      const wanted = indexes.map((index) => names[index as keyof typeof names] ?? `replicator_copies_${index}`);
      expectIndexes({ text, scans }, wanted, name);
    }
  });
});

describe.skipIf(!postgres)("PostgreSQL", () => {
  let empty: Empty;
  beforeEach(async () => {
    empty = await emptySchema();
    await (await openState(empty.url)).close();
  });
  afterEach(() => empty.remove());

  /** The plan that the server makes for the state's own connections. */
  async function planOf(connections: Connections, { sql, params }: Query): Promise<Plan> {
    const rows = await connections.read<{ "QUERY PLAN": string }>({ sql: `explain ${sql}`, params });
    const text = rows.map((row) => row["QUERY PLAN"]).join("\n");
    // The primary key searched by one column alone is a scan of the whole account.
    const scans = /Seq Scan on replicator_\w+|replicator_copies_pkey.*\n\s*Index Cond: \([^()]*\)$/gm;
    return { text, scans: text.match(scans) ?? [] };
  }

  const FEW = few("generate_series(1, 50) n");
  const MANY = fillSql("postgres", A, COPIES);
  const ANALYZE = "analyze replicator_copies";

  /** Prepares the table, and calls `check` for plans of these values and for generic ones. */
  async function forEachMode(before: readonly string[], check: (connections: Connections) => Promise<void>) {
    // Else the server may update the statistics in the middle of the test.
    const schema = new URL(empty.url).searchParams.get("schema")!;
    await query("alter table replicator_copies set (autovacuum_enabled = false)", schema);
    for (const sql of before) await query(sql, schema);
    const parsed = parseStateUrl(empty.url);
    if (parsed.engine !== "postgres") throw new Error("not a server");
    for (const mode of ["custom", "generic"]) {
      const connections = await connectionsTo(parsed.connectionString, [`plan_cache_mode=force_${mode}_plan`]);
      await check(connections);
      await connections.end();
    }
  }

  const none = { records: [], entries: [], add: [], remove: [], runs: [] };
  const copies = [encodeCopy(copyOf({ version: 5 }), 0).row];
  const save = saveQuery({ account: A, copies, ...none });

  it.each([
    ["without statistics", MANY],
    ["with statistics", [...MANY, ANALYZE]],
    ["with statistics from when all copies were of one source and due", [FEW, ANALYZE, ...MANY]],
  ])("searches an index %s", async (_name, before) => {
    await forEachMode(before, async (connections) => {
      for (const [name, which, indexes] of QUESTIONS) {
        const wanted = indexes.map((index) => `replicator_copies_${index}`);
        expectIndexes(await planOf(connections, readQuery(postgresDialect, A, which)), wanted, name);
      }
      expectIndexes(await planOf(connections, save), ["replicator_copies_pkey"], "save");
    });
  });

  it("finds the unsent lines, and since when they wait, in the index that has them alone", async () => {
    const entries = [
      'insert into replicator_journal (id, account, "at", unsent, body)',
      `select 'w-' || n, '${A}', n, case when n % 100 = 0 then 1 else 0 end, '{}' from generate_series(1, 20000) n`,
    ];
    await forEachMode([entries.join(" "), "analyze replicator_journal"], async (connections) => {
      for (const question of [unsentQuery(A, 2_000), readQuery(postgresDialect, A, { dueBy: 1 })]) {
        const { text } = await planOf(connections, question);
        expect(new Set(text.match(/replicator_journal_\w+/g))).toEqual(new Set(["replicator_journal_unsent"]));
      }
    });
  });

  it("searches no other index for a save with statistics from when the table was almost empty", async () => {
    await forEachMode([FEW, ANALYZE, ...fillSql("postgres", A, 400)], async (connections) => {
      const { text } = await planOf(connections, save);
      expect(new Set(text.match(/replicator_copies_\w+/g))).toEqual(new Set(["replicator_copies_pkey"]));
    });
  });
});
