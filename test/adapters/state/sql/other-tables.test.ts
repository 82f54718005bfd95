// Tables that are not as this version makes them: from an unreleased version, or changed by hand.
import Database from "libsql";
import { describe, expect, it } from "vitest";
import { openState } from "../../../../lib/adapters/state/open.ts";
import { emptyFile, emptySchema, postgres, query, tellSkipped } from "../places.ts";
import { A, copyOf } from "../samples.ts";

tellSkipped("other tables");

const MADE_BEFORE = [
  "create table replicator_schema (version integer primary key)",
  "insert into replicator_schema (version) values (1)",
  "create table replicator_accounts (account text primary key, version integer not null, body text not null)",
  `create table replicator_awaited (account text not null, region text not null, image_id text not null,
     since bigint not null, primary key (account, region, image_id))`,
  `create table replicator_copies (account text not null, root_region text not null, root_id text not null,
     region text not null, variant text not null, phase text not null, policy text not null, version integer not null,
     updated_at bigint not null, body text not null, primary key (account, root_region, root_id, region, variant))`,
];

const EXPLAINED = /has tables that this version of the program did not make.*finds the copies again in the cloud/;

async function expectExplained(url: string): Promise<void> {
  for (const readOnly of [false, true]) {
    const state = await openState(url, { readOnly });
    await expect(state.read(A, { dueBy: 1 })).rejects.toThrow(EXPLAINED);
    if (!readOnly) await expect(state.save(A, { copies: [{ copy: copyOf({}) }] })).rejects.toThrow(EXPLAINED);
    await state.close();
  }
}

describe("other tables are named as the cause", () => {
  it("in a file", async () => {
    const { url, remove } = await emptyFile();
    const database = new Database(url.slice("sqlite:".length));
    for (const sql of MADE_BEFORE) database.exec(sql);
    database.close();
    await expectExplained(url);
    await remove();
  });

  it.skipIf(!postgres)("on a server", async () => {
    const { url, remove } = await emptySchema();
    const schema = new URL(url).searchParams.get("schema")!;
    await query(`create schema ${schema}`);
    for (const sql of MADE_BEFORE) await query(sql, schema);
    await expectExplained(url);
    await remove();
  });
});
