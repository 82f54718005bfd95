// What the state says about a wrong STATE_URL, an unusable file and a damaged record.

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import Database from "libsql";
import { afterAll, describe, expect, it } from "vitest";
import { openState } from "../../../lib/adapters/state/open.ts";
import { describeStateUrl } from "../../../lib/adapters/state/url.ts";
import { InputError, StateError } from "../../../lib/model/errors.ts";
import type { State } from "../../../lib/model/ports.ts";
import { copiesOf, saveCopy } from "../../support/records.ts";
import { emptyFile, emptyFolder } from "./places.ts";
import { A, accountRecord, awaited, copyOf, entry, everyArm, run } from "./samples.ts";

const { folder, remove } = emptyFolder();
afterAll(remove);

/** The message with which opening fails: with a StateError, or with an InputError for a wrong URL. */
async function refusal(
  url: string,
  { kind = StateError, ...options }: { allowEmbedded?: boolean; kind?: typeof StateError | typeof InputError } = {},
): Promise<string> {
  const error: unknown = await openState(url, options).then(
    (state) => state.close(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(kind);
  return (error as Error).message;
}

describe("a STATE_URL", () => {
  it.each([
    ["", "is empty"],
    ["  ", "is empty"],
    ["state.db", "has no scheme"],
    ["/var/lib/state.db", "has no scheme"],
    ["mysql://root:secret@localhost/db", 'has the unknown scheme "mysql:"'],
    ["sqlite:", "names no file"],
    ["sqlite::memory:", "names no file"],
    ["sqlite:folder/", "names no file"],
    ["sqlite://state.db", "is not a file on this computer"],
    ["sqlite:///tmp/state.db?mode=ro", "is not a file on this computer"],
    ["postgres:db", "is not a valid URL"],
    ["postgres://user:se#cret@localhost/db", "is not a valid URL"],
    ["postgres://user:1234#secret@localhost/db", "is not a valid URL"],
    ["postgres://user:1234/secret@localhost/db", "is not a valid URL"],
    ["postgres://user:1234?secret@localhost/db", "is not a valid URL"],
    ["postgres://user:secret@localhost/db?schema=No-Such", 'the schema "No-Such" is not allowed'],
  ])("%s is refused: %s", async (url, message) => {
    const text = await refusal(url, { kind: InputError });
    expect(text).toContain(message);
    expect(text).toMatch(/^STATE_URL.*; ./);
    expect(text).not.toMatch(/secret|1234|cret@/);
  });

  it("of an embedded state is refused for functions, whose instances do not share it", async () => {
    const text = await refusal(`sqlite:${folder}/scf/state.db`, { allowEmbedded: false, kind: InputError });
    expect(text).toContain("the instances of a function do not share");
    expect(text).toContain("set STATE_URL=postgres://");
    expect(existsSync(`${folder}/scf`)).toBe(false);
  });

  it.each([
    ["sqlite:.cvm-replicator/state.db", "sqlite:.cvm-replicator/state.db"],
    ["postgres://user:secret@db.example:5433/name?password=secret", "postgres://user@db.example:5433/name"],
    ["POSTGRESQL://:secret@db.example/name?schema=one", "postgresql://db.example/name?schema=one"],
    ["postgres://user:1#secret@db.example/name", "postgres://…"],
    ["mysql://user:secret@db.example/name", "mysql:…"],
    ["secret", "STATE_URL"],
  ])("%s is shown as %s", (url, shown) => {
    expect(describeStateUrl(url)).toBe(shown);
  });

  it.each([
    ["a relative path", `sqlite:${relative(process.cwd(), folder)}/forms/one.db`, "forms/one.db"],
    ["an absolute path", `file:${folder}/forms/two.db`, "forms/two.db"],
    ["a URL", `sqlite://${folder}/forms/with%20space.db`, "forms/with space.db"],
  ])("can be %s of a file", async (_, url, file) => {
    const state = await openState(url);
    await state.close();
    expect(existsSync(`${folder}/${file}`)).toBe(true);
    expect(statSync(`${folder}/forms`).mode & 0o777).toBe(0o700);
  });

  it.each([
    ["a new file in a folder that others may read", async () => {}],
    ["an empty file", async (file: string) => writeFileSync(file, "")],
    ["a state that others may read", (file: string) => openState(`sqlite:${file}`).then((state) => state.close())],
  ])("is readable for its user alone: %s", async (what, prepare) => {
    const open = `${folder}/open-${what.length}`;
    mkdirSync(open, { mode: 0o755 });
    const { mode } = statSync(open);
    await prepare(`${open}/state.db`);
    if (existsSync(`${open}/state.db`)) chmodSync(`${open}/state.db`, 0o664);
    const state = await openState(`sqlite:${open}/state.db`);
    await saveCopy(state, copyOf({}));
    const modes = readdirSync(open).map((file) => [file, (statSync(`${open}/${file}`).mode & 0o777).toString(8)]);
    await state.close();
    expect(modes).toEqual(["state.db", "state.db-shm", "state.db-wal"].map((file) => [file, "600"]));
    expect(statSync(open).mode).toBe(mode);
  });
});

describe("an embedded state reports", () => {
  it("a directory in place of the file", async () => {
    expect(await refusal(`sqlite:${folder}`)).toContain("is a directory; name a file in the directory");
  });

  it.each(["file/state.db", "file/folder/state.db"])("a file in place of the folder: %s", async (path) => {
    writeFileSync(`${folder}/file`, "");
    expect(await refusal(`sqlite:${folder}/${path}`)).toContain("must be readable and writable");
  });

  it("a folder that cannot be created", async () => {
    expect(await refusal("sqlite:/proc/no/such/state.db")).toContain("cannot be opened (ENOENT)");
  });

  it("a folder that this user may not write", async () => {
    mkdirSync(`${folder}/closed`);
    chmodSync(`${folder}/closed`, 0o500);
    // Root may write everywhere except in the file systems of the kernel.
    const place = process.getuid?.() === 0 ? "/proc/sys" : `${folder}/closed`;
    expect(await refusal(`sqlite:${place}/state.db`)).toMatch(/cannot be (opened|written)/);
  });

  it("tables that another program or an unreleased version made, and does not change them", async () => {
    const path = `${folder}/foreign.db`;
    const database = new Database(path);
    database.exec("create table replicator_schema (version integer primary key)");
    database.exec("insert into replicator_schema values (1)");
    database.exec("create table replicator_copies (account text primary key, body text not null)");
    database.close();
    const bytes = readFileSync(path);
    const state = await openState(`sqlite:${path}`, { readOnly: true });
    await expect(state.read(A)).rejects.toThrow(
      /tables that this version .* did not make \(.*no such .*; move the file away/,
    );
    await state.close();
    expect(readFileSync(path)).toEqual(bytes);
  });

  it("a file that is not a database, and does not change it", async () => {
    writeFileSync(`${folder}/text.db`, "not a database. ".repeat(500));
    expect(await refusal(`sqlite:${folder}/text.db`)).toMatch(/is not an SQLite database .*STATE_URL=sqlite:PATH/);
    expect(readFileSync(`${folder}/text.db`, "utf8")).toBe("not a database. ".repeat(500));
  });

  it("a partly overwritten database", async () => {
    const { url, remove: removeFile } = await emptyFile();
    await (await openState(url)).close();
    change(url, "pragma wal_checkpoint(truncate)");
    const bytes = readFileSync(url.slice("sqlite:".length));
    await removeFile();
    writeFileSync(`${folder}/damaged.db`, bytes.fill(0x5a, 100));
    const text = await refusal(`sqlite:${folder}/damaged.db`);
    expect(text).toMatch(/is damaged \(SQLITE_CORRUPT.*move the file away/);
  });

  it("a database of a newer program", async () => {
    const { url, remove: removeFile } = await emptyFile();
    await (await openState(url)).close();
    change(url, "insert into replicator_schema values (999)");
    const text = await refusal(url);
    await removeFile();
    expect(text).toContain("was made by a newer version of this program (schema 999, this version supports");
    expect(text).toContain("update this program");
  });
});

describe("the message for a damaged record names the record:", () => {
  const body = (path: string, value: string) => `set body = json_set(body, '${path}', ${value})`;
  const copying = everyArm[1];
  const name = "copy of ap-guangzhou/img-root in ap-shanghai (plain)";

  it.each([
    ["set body = substr(body, 1, 20)", "its body is not JSON"],
    ["set body = '[]'", "its body is not a JSON object"],
    ["set body = 'null'", "its body is not a JSON object"],
    ["set body = json_remove(body, '$.claim')", '"claim" is missing or not an object'],
    [body("$.claim.sendBy", "'soon'"), '"claim.sendBy" is missing or not a number'],
    [body("$.claim.claimant", "null"), '"claim.claimant" is missing or not an object'],
    [body("$.key.region", "'ap-tokyo'"), "its body has another region"],
    [body("$.version", "9"), "and differs from the version in its body"],
    [body("$.phase", "'ready'"), 'its phase "copying" is unknown or differs from the phase in its body'],
    ["set phase = 'toString'", 'its phase "toString" is unknown'],
  ])("copy: %s", async (sql, message) => {
    const text = await readDamaged(`update replicator_copies ${sql}`, (state) => copiesOf(state, A));
    expect(text).toContain(name);
    expect(text).toContain(message);
    expect(text).toContain("cvm-replicator rebuild");
  });

  const reading = (state: State) => state.read(A);
  it.each([
    ["account 100000000001", "update replicator_accounts set body = json_remove(body, '$.firstSeenAt')", reading],
    ["account 100000000001", "update replicator_accounts set version = 4", reading],
    ["awaited image ap-guangzhou/img-1", "update replicator_awaited set since = 'x'", reading],
    ["totals of account 100000000001", "update replicator_totals set count = 'x'", reading],
    ["totals of account 100000000001", "update replicator_totals set phase = 'toString'", reading],
    ["run r1", "update replicator_runs set body = json_remove(body, '$.problems')", (state) => state.runs(A, 10)],
    [
      "journal line",
      "update replicator_journal set body = json_remove(body, '$.text')",
      (state) => state.entries(A, 10),
    ],
  ] as [string, string, (state: State) => Promise<unknown>][])("%s: %s", async (record, sql, read) => {
    const text = await readDamaged(sql, read);
    expect(text).toContain(record);
  });

  async function readDamaged(sql: string, read: (state: State) => Promise<unknown>): Promise<string> {
    const { url, remove: removeFile } = await emptyFile();
    const state = await openState(url);
    await state.save(A, {
      copies: [{ copy: copying }],
      record: accountRecord(),
      awaited: { add: [awaited("img-1")], remove: [] },
      run: run("r1", 1),
      entries: [entry(1, "t")],
    });
    await saveCopy(state, copyOf({ key: { ...copying.key, account: "other" } }));
    await read(state);
    change(url, `${sql} where account = '${A}'`);
    const error: unknown = await read(state).catch((reason: unknown) => reason);
    await state.close();
    await removeFile();
    expect(error).toBeInstanceOf(StateError);
    expect((error as StateError).damaged).toBe(true);
    return (error as StateError).message;
  }
});

/** Changes the file directly, as another program would. */
function change(url: string, sql: string): void {
  const database = new Database(url.slice("sqlite:".length));
  database.exec(sql);
  database.close();
}
