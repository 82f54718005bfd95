// What the state says about a server that is unreachable, refuses, or drops connections.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openState } from "../../../lib/adapters/state/open.ts";
import { StateError } from "../../../lib/model/errors.ts";
import { type Empty, emptySchema, postgres, query, tellSkipped } from "./places.ts";
import { A, copyOf, key } from "./samples.ts";

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
      expect(await state.saveCopy(copyOf({}))).toBeDefined();
      await state.close();
    } finally {
      await query(`drop owned by ${user}; drop role ${user}`);
    }
  });

  it("that drops a connection during a query is reported, and the next call works", async () => {
    const state = await openState(empty.url);
    const blocker = query("begin; lock table replicator_copies; select pg_sleep(0.6); commit", schemaOf(empty));
    await new Promise((done) => setTimeout(done, 150));
    const saving = failure(state.saveCopy(copyOf({})));
    await new Promise((done) => setTimeout(done, 150));
    await drop(`application_name = '${name}' and query like 'insert%replicator_copies%'`);
    const text = await saving;
    await blocker;
    expect(text).toContain("it is unknown whether the last change was stored");
    expect(await state.copies(A)).toEqual([]);
    expect(await state.saveCopy(copyOf({}))).toBeDefined();
    await state.close();
  });

  it("that dropped idle connections causes no lost write", async () => {
    const state = await openState(empty.url);
    await Promise.all([state.copies(A), state.copies(A)]);
    await drop(`application_name = '${name}' and state = 'idle'`);
    skipMinute();
    expect(await state.saveCopy(copyOf({}))).toBeDefined();
    await state.close();
  });

  it("behind a firewall that dropped idle connections causes no lost write", async () => {
    const target = new URL(postgres!);
    let hasDropped = false;
    const pairs: Socket[] = [];
    const firewall = createServer((socket) => {
      const onward = connect(Number(target.port), target.hostname);
      // A connection from before the drop stays open but carries no data.
      const openedAfter = hasDropped;
      pairs.push(socket, onward);
      socket.on("data", (data) => hasDropped === openedAfter && onward.write(data)).on("error", () => {});
      onward.on("data", (data) => socket.write(data)).on("error", () => {});
    }).listen(0, "127.0.0.1");
    await once(firewall, "listening");
    const state = await openState(
      changed(empty.url, { host: `127.0.0.1:${(firewall.address() as AddressInfo).port}` }),
    );
    await state.copies(A);

    hasDropped = true;
    skipMinute();
    expect(await state.saveCopy(copyOf({}))).toBeDefined();

    await state.close();
    for (const socket of pairs) socket.destroy();
    firewall.close();
  });

  it("gets two connections at most, however many calls wait", async () => {
    const state = await openState(empty.url);
    const saves = Array.from({ length: 100 }, (_, index) =>
      state.saveCopy(copyOf({ key: { ...key, rootId: `img-${index}` } })),
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
  const dropped = await query(
    `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and ${which}`,
  );
  expect(dropped.length).toBeGreaterThan(0);
}
