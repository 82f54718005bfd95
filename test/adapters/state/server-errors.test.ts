// What the state says about a server that is unreachable, refuses, or drops connections.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openState } from "../../../lib/adapters/state/open.ts";
import { StateError } from "../../../lib/model/errors.ts";
import { copiesOf, saveCopy } from "../../support/records.ts";
import { type Empty, emptySchema, postgres, query, tellSkipped } from "./places.ts";
import { A, copyOf, key } from "./samples.ts";
import { firewallBefore } from "./sql/firewall.ts";

tellSkipped("the messages about a server, and lost connections,");

/** A copy of the URL with some parts changed. */
function changed(url: string, parts: Partial<Record<"host" | "username" | "password" | "pathname", string>>): string {
  return Object.assign(new URL(url), parts).href;
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StateError);
  return (error as StateError).message;
}

describe("an unreachable server", () => {
  it.each([
    ["nothing listens", "127.0.0.1:1", "ECONNREFUSED"],
    ["no such host", "no-such-host.invalid", ""],
  ])("is reported: %s", async (_, host, code) => {
    const text = await failure(openState(`postgres://user:secret@${host}/db`));
    expect(text).toContain(`the state postgres://user@${host}/db cannot be reached (${code}`);
    expect(text).toContain("check host and port in STATE_URL");
    expect(text).not.toContain("secret");
  });

  it("is reported if it accepts a connection and stays silent, or closes it", async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
    const closing = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await Promise.all([once(silent, "listening"), once(closing, "listening")]);
    const url = (server: Server) => `postgres://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}/db`;
    expect(await failure(openState(url(closing)))).toContain("cannot be reached");
    const before = Date.now();
    expect(await failure(openState(url(silent)))).toContain("cannot be reached");
    expect(Date.now() - before).toBeLessThan(8000);
    for (const socket of sockets) socket.destroy();
    silent.close();
    closing.close();
  });
});

it("a server that quotes the password is not passed on with it", async () => {
  const password = "se%23cret";
  // Asks for the password in clear, and answers it with an error that contains it.
  const quoting = createServer((socket) => {
    socket.once("data", () => {
      socket.write(Buffer.from("R\0\0\0\x08\0\0\0\x03"));
      socket.once("data", (bytes) => {
        const fields = `SFATAL\0C28000\0Mno entry for ${bytes.subarray(5, -1).toString()}\0\0`;
        const length = Buffer.alloc(4);
        length.writeInt32BE(fields.length + 4);
        socket.end(Buffer.concat([Buffer.from("E"), length, Buffer.from(fields)]));
      });
    });
  }).listen(0, "127.0.0.1");
  await once(quoting, "listening");
  const place = `127.0.0.1:${(quoting.address() as AddressInfo).port}/db`;
  const text = await failure(openState(`postgres://user:${password}@${place}`));
  expect(text).toContain("no entry for ***");
  expect(text).not.toContain("cret");
  quoting.close();
});

describe.skipIf(!postgres)("a server", () => {
  let empty: Empty;
  /** Distinguishes the connections of this test from those of tests that run at the same time. */
  let name: string;
  beforeEach(async () => {
    name = randomUUID();
    const { url, remove } = await emptySchema();
    empty = { url: `${url}&application_name=${name}`, remove };
  });
  afterEach(() => {
    vi.restoreAllMocks();
    return empty.remove();
  });

  it.each([
    ["wrong password", { password: "secret" }, "refused the user or the password"],
    ["no password", { password: "" }, "refused the user or the password"],
    ["unknown user", { username: "nobody", password: "secret" }, "refused the user or the password"],
    ["unknown database", { pathname: "/no_such_db" }, "does not have this database"],
  ])("reports the fault: %s", async (_, parts, message) => {
    const text = await failure(openState(changed(postgres!, parts)));
    expect(text).toContain(message);
    expect(text).toContain("STATE_URL");
    expect(text).not.toMatch(/secret|throw-away/);
  });

  it("without encryption is distinguished from one that is down", async () => {
    expect(await failure(openState(`${postgres}?sslmode=verify-full`))).toContain("correct sslmode");
  });

  it("with the tables of a newer program is refused", async () => {
    await (await openState(empty.url)).close();
    await query("insert into replicator_schema values (999)", schemaOf(empty));
    expect(await failure(openState(empty.url))).toContain("was made by a newer version of this program (schema 999");
  });

  it("serves a user who may use the tables but not create them, and reports that the tables are missing", async () => {
    const user = `u${randomUUID().replaceAll("-", "")}`;
    const schema = schemaOf(empty);
    const url = changed(empty.url, { username: user, password: "p" });
    await query(`create role ${user} login password 'p'`);
    try {
      expect(await failure(openState(url))).toContain("does not give this user the permission");
      await (await openState(empty.url)).close();
      await query(`grant usage on schema ${schema} to ${user}`);
      await query(`grant select, insert, update, delete on all tables in schema ${schema} to ${user}`);
      const state = await openState(url);
      expect(await saveCopy(state, copyOf({}))).toBeDefined();
      await state.close();
    } finally {
      await query(`drop owned by ${user}; drop role ${user}`);
    }
  });

  it("that drops a connection during a query is reported, and the next call works", async () => {
    const state = await openState(empty.url);
    const blocker = query("begin; lock table replicator_copies; select pg_sleep(0.6); commit", schemaOf(empty));
    await new Promise((done) => setTimeout(done, 150));
    const saving = failure(saveCopy(state, copyOf({})));
    await new Promise((done) => setTimeout(done, 150));
    await drop(`application_name = '${name}' and query like 'with lock%' and state = 'active'`);
    const text = await saving;
    await blocker;
    expect(text).toContain("it is unknown whether the last change was stored");
    expect(await copiesOf(state, A)).toEqual([]);
    expect(await saveCopy(state, copyOf({}))).toBeDefined();
    await state.close();
  });

  it("that dropped idle connections causes no lost write", async () => {
    const state = await openState(empty.url);
    await Promise.all([copiesOf(state, A), copiesOf(state, A)]);
    await drop(`application_name = '${name}' and state = 'idle'`);
    skipMinute();
    expect(await saveCopy(state, copyOf({}))).toBeDefined();
    await state.close();
  });

  it("behind a firewall that dropped idle connections causes no lost write", async () => {
    const firewall = await firewallBefore(empty.url);
    const state = await openState(firewall.url);
    await copiesOf(state, A);

    firewall.drop("silent");
    skipMinute();
    expect(await saveCopy(state, copyOf({}))).toBeDefined();

    await state.close();
    firewall.close();
  });

  it("gets two connections at most, however many calls wait", async () => {
    const state = await openState(empty.url);
    const saves = Array.from({ length: 100 }, (_, index) =>
      saveCopy(state, copyOf({ key: { ...key, rootId: `img-${index}` } })),
    );
    expect((await Promise.all(saves)).every((stored) => stored !== undefined)).toBe(true);
    const [row] = await query(`select count(*)::int as count from pg_stat_activity where application_name = '${name}'`);
    await state.close();
    expect(row!.count).toBe(2);
  });
});

/** Moves the clock on by a minute, as for an instance that was frozen. */
function skipMinute(): void {
  const now = Date.now();
  vi.spyOn(Date, "now").mockImplementation(() => now + 60_000);
}

function schemaOf(empty: Empty): string {
  return new URL(empty.url).searchParams.get("schema")!;
}

async function drop(which: string): Promise<void> {
  const sql = `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and ${which}`;
  await vi.waitFor(async () => expect((await query(sql)).length).toBeGreaterThan(0), { timeout: 5_000 });
}
