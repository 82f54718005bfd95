// A state that is opened to be read: nothing is created, migrated or changed.
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openState } from "../../../../lib/adapters/state/open.ts";
import { openPostgresToRead } from "../../../../lib/adapters/state/postgres/open.ts";
import { explainSqlite } from "../../../../lib/adapters/state/sqlite/explain.ts";
import { openSqliteToRead } from "../../../../lib/adapters/state/sqlite/open.ts";
import { parseStateUrl } from "../../../../lib/adapters/state/url.ts";
import { StateError } from "../../../../lib/model/errors.ts";
import type { State } from "../../../../lib/model/ports.ts";
import { type Empty, emptyFile, emptySchema, postgres, query, tellSkipped } from "../places.ts";
import { A, accountRecord, awaited, copyOf, entry, run } from "../samples.ts";

tellSkipped("a state that is only read");

const readOnly = { readOnly: true };
const ALL = {
  copies: [{ copy: copyOf({}) }],
  record: accountRecord(),
  awaited: { add: [awaited("img-1")], remove: [] },
  run: run("r1", 1),
  entries: [entry(1, "x")],
};
const pathOf = ({ url }: Empty) => url.slice("sqlite:".length);
const schemaOf = ({ url }: Empty) => new URL(url).searchParams.get("schema")!;

async function everything(state: State) {
  return [await state.read(A, { all: true }), await state.runs(A, 5), await state.entries(A, 5)];
}

async function expectRefusals(state: State): Promise<void> {
  for (const change of [state.save(A, ALL), state.save(A, {}), state.forget(A), state.deleteHistoryBefore(A, 9)]) {
    await expect(change).rejects.toThrow(StateError);
  }
}

async function expectEmpty(url: string): Promise<void> {
  const state = await openState(url, readOnly);
  expect(await everything(state)).toEqual([{ record: undefined, awaited: [], copies: [], totals: {} }, [], []]);
  await expectRefusals(state);
  await state.close();
}

async function expectReadable(url: string): Promise<void> {
  const writer = await openState(url);
  await writer.save(A, ALL);
  const reader = await openState(url, readOnly);
  expect(await everything(reader)).toEqual(await everything(writer));
  await expectRefusals(reader);
  expect((await reader.read(A)).totals).toEqual({ waiting: 1 });
  await writer.save(A, { entries: [entry(2, "y")] });
  expect(await reader.entries(A, 5)).toHaveLength(2);
  await writer.close();
  await reader.close();
}

describe("a file", () => {
  let empty: Empty;
  beforeEach(async () => {
    empty = await emptyFile();
  });
  afterEach(() => empty.remove());

  function change(sql: string): void {
    const database = new Database(pathOf(empty));
    database.exec(sql);
    database.close();
  }

  it("that does not exist is an empty state, and is not created, nor its folder", async () => {
    await expectEmpty(empty.url);
    expect(existsSync(pathOf(empty))).toBe(false);
    await expectEmpty(`${empty.url}.folder/state.db`);
    expect(existsSync(`${pathOf(empty)}.folder`)).toBe(false);
  });

  it("without tables is an empty state, and gets none", async () => {
    writeFileSync(pathOf(empty), "");
    await expectEmpty(empty.url);
    expect(statSync(pathOf(empty)).size).toBe(0);
  });

  it("is read while another process writes", () => expectReadable(empty.url));

  it("is not changed, not even who may read it", async () => {
    const writer = await openState(empty.url);
    await writer.save(A, ALL);
    await writer.close();
    change("pragma wal_checkpoint(truncate)");
    chmodSync(pathOf(empty), 0o644);
    const before = readFileSync(pathOf(empty));
    const reader = await openState(empty.url, readOnly);
    expect((await reader.read(A, { all: true })).copies).toHaveLength(1);
    await reader.close();
    expect(readFileSync(pathOf(empty)).equals(before)).toBe(true);
    expect(statSync(pathOf(empty)).mode & 0o777).toBe(0o644);
  });

  it("of a newer program is refused", async () => {
    await (await openState(empty.url)).close();
    change("insert into replicator_schema values (999)");
    await expect(openState(empty.url, readOnly)).rejects.toThrow("newer version of this program");
  });

  it("that is no database, or a directory, is reported", async () => {
    writeFileSync(pathOf(empty), "not a database. ".repeat(500));
    await expect(openState(empty.url, readOnly)).rejects.toThrow("is not an SQLite database");
    await expect(openState("sqlite:/tmp", readOnly)).rejects.toThrow("is a directory");
  });

  it("in a folder that this user may not write is reported as such", () => {
    const error = Object.assign(new Error("attempt to write a readonly database"), {
      code: "UNKNOWN_SQLITE_ERROR_1544",
    });
    expect(explainSqlite(error).code).toBe("sqlite-read-only");
  });

  it("refuses changes below the port, too", async () => {
    await (await openState(empty.url)).close();
    const engine = await openSqliteToRead(pathOf(empty));
    await expect(engine!.forget(A, undefined)).rejects.toThrow("readonly");
    await engine!.close();
  });
});

describe.skipIf(!postgres)("a schema", () => {
  let empty: Empty;
  beforeEach(async () => {
    empty = await emptySchema();
  });
  afterEach(() => empty.remove());

  it("that does not exist is an empty state, and is not created", async () => {
    await expectEmpty(empty.url);
    expect(await query(`select 1 from pg_namespace where nspname = '${schemaOf(empty)}'`)).toEqual([]);
  });

  it("without tables is an empty state, and gets none", async () => {
    await query(`create schema ${schemaOf(empty)}`);
    await expectEmpty(empty.url);
    expect(await query(`select 1 from pg_tables where schemaname = '${schemaOf(empty)}'`)).toEqual([]);
  });

  it("is read while another process writes", () => expectReadable(empty.url));

  it("of a newer program is refused", async () => {
    await (await openState(empty.url)).close();
    await query("insert into replicator_schema values (999)", schemaOf(empty));
    await expect(openState(empty.url, readOnly)).rejects.toThrow("newer version of this program");
  });

  it("refuses changes below the port, too, and keeps the other options of the URL", async () => {
    await (await openState(empty.url)).close();
    const parsed = parseStateUrl(empty.url);
    const engine = await openPostgresToRead(parsed.engine === "postgres" ? parsed.connectionString : "", undefined);
    await expect(engine!.forget(A, undefined)).rejects.toThrow("read-only transaction");
    await engine!.close();
  });
});
