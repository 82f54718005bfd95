// What the state says about a wrong STATE_URL, an unusable file and a damaged record.

import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import Database from "libsql";
import { afterAll, describe, expect, it } from "vitest";
import { openState } from "../../../lib/adapters/state/open.ts";
import { describeStateUrl } from "../../../lib/adapters/state/url.ts";
import { StateError } from "../../../lib/model/errors.ts";
import { storedText } from "../../../lib/model/messages/define.ts";
import { emptyFile, emptyFolder } from "./places.ts";
import { A, awaited, copyOf, everyArm } from "./samples.ts";

const { folder, remove } = emptyFolder();
afterAll(remove);

/** The message with which opening fails. Expects a StateError. */
async function refusal(url: string, options?: { allowEmbedded?: boolean }): Promise<string> {
  const error: unknown = await openState(url, options).then(
    (state) => state.close(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StateError);
  return (error as StateError).message;
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
    const text = await refusal(url);
    expect(text).toContain(message);
    expect(text).toMatch(/^STATE_URL.*; ./);
    expect(text).not.toMatch(/secret|1234|cret@/);
  });

  it("of an embedded state is refused for functions, whose instances do not share it", async () => {
    const text = await refusal(`sqlite:${folder}/scf/state.db`, { allowEmbedded: false });
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

  it("a file that is not a database, and does not change it", async () => {
    writeFileSync(`${folder}/text.db`, "not a database. ".repeat(500));
    expect(await refusal(`sqlite:${folder}/text.db`)).toMatch(/is not a SQLite database .*STATE_URL=sqlite:PATH/);
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
    [body("$.state", "'ready'"), 'its state "copying" is unknown or differs from the state in its body'],
    ["set state = 'toString'", 'its state "toString" is unknown'],
  ])("copy: %s", async (sql, message) => {
    const text = await readDamaged(`update replicator_copies ${sql}`, (state) => state.copies(A));
    expect(text).toContain(name);
    expect(text).toContain(message);
    expect(text).toContain("cvm-replicator rebuild");
  });

  it.each([
    ["account 100000000001", "update replicator_accounts set body = json_remove(body, '$.firstSeenAt')", "account"],
    ["account 100000000001", "update replicator_accounts set version = 4", "account"],
    ["run r1", "update replicator_runs set body = json_remove(body, '$.problems')", "runs"],
    ["journal line", "update replicator_journal set body = json_remove(body, '$.text')", "entries"],
    ["awaited image ap-guangzhou/img-1", "update replicator_awaited set since = 'x'", "awaited"],
  ] as const)("%s: %s", async (record, sql, verb) => {
    const text = await readDamaged(sql, (state) => state[verb](A, 10));
    expect(text).toContain(record);
  });

  async function readDamaged(
    sql: string,
    read: (state: Awaited<ReturnType<typeof openState>>) => Promise<unknown>,
  ): Promise<string> {
    const { url, remove: removeFile } = await emptyFile();
    const state = await openState(url);
    await state.saveCopy(copying);
    await state.saveCopy(copyOf({ key: { ...copying.key, account: "other" } }));
    await state.saveAccount({ account: A, firstSeenAt: 1, version: 0 });
    await state.setAwaited([awaited("img-1")], []);
    const times = { startedAt: 1, endedAt: 2 };
    await state.saveRun({
      id: "r1",
      account: A,
      why: "poll",
      ...times,
      actions: {},
      failures: 0,
      stoppedEarly: false,
      problems: [],
    });
    await state.append([{ at: 1, runId: "r1", account: A, level: "info", event: "send", text: storedText("t") }]);
    await read(state);
    change(url, `${sql} where account = '${A}'`);
    const error: unknown = await read(state).catch((reason: unknown) => reason);
    await state.close();
    await removeFile();
    expect(error).toBeInstanceOf(StateError);
    return (error as StateError).message;
  }
});

/** Changes the file directly, as another program would. */
function change(url: string, sql: string): void {
  const database = new Database(url.slice("sqlite:".length));
  database.exec(sql);
  database.close();
}
