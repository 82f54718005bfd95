// How many queries a PostgreSQL server gets, and what happens when its connections or locks are lost.
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { openState } from "../../../../lib/adapters/state/open.ts";
import type { State } from "../../../../lib/model/ports.ts";
import type { Copy } from "../../../../lib/model/types.ts";
import { saveCopy } from "../../../support/records.ts";
import { counted, totalsOf } from "../calls.ts";
import { type Empty, emptySchema, postgres, query, tellSkipped } from "../places.ts";
import { A, accountRecord, awaited, copyOf, entry, everyArm, key, run } from "../samples.ts";
import { firewallBefore } from "./firewall.ts";

tellSkipped("the number of queries");

describe.skipIf(!postgres)("on PostgreSQL", () => {
  let empty: Empty;
  let spy: MockInstance<(query: string | { text: string }) => unknown>;
  let state: State;
  beforeEach(async () => {
    empty = await emptySchema();
    state = await openState(empty.url);
    spy = vi.spyOn(pg.Client.prototype, "query");
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await state.close();
    await empty.remove();
  });

  /** What went to the server, transaction statements included. */
  const sent = () => spy.mock.calls.map(([query]) => (typeof query === "string" ? query : query.text));

  const batch = (versions: readonly (Copy | undefined)[] = []) =>
    Array.from({ length: 300 }, (_, n) => ({
      copy: {
        ...everyArm[n % everyArm.length]!,
        key: { ...key, rootId: `img-${n}` },
        version: versions[n]?.version ?? 0,
      } as Copy,
      entries: [entry(n, `${n}`)],
    }));

  it("opening an existing state takes one query", async () => {
    await (await openState(empty.url)).close();
    expect(sent()).toHaveLength(1);
  });

  it.each([
    ["nothing", {}],
    ["all", { all: true }],
    ["what is due, some images and regions", { dueBy: 5, images: [{ region: "r", imageId: "i" }], regions: ["r"] }],
    ["very many images", { images: Array.from({ length: 70_000 }, (_, n) => ({ region: "r", imageId: `${n}` })) }],
  ] as const)("reading takes one query: %s", async (_name, which) => {
    await state.read(A, which);
    expect(sent()).toHaveLength(1);
  });

  it("saving 300 copies takes one query, with everything else that a run saves", async () => {
    const { copies } = await state.save(A, { copies: batch() });
    expect(sent()).toHaveLength(1);
    const { copies: again } = await state.save(A, {
      copies: batch(copies),
      record: accountRecord(),
      awaited: { add: [awaited("img-1")], remove: [awaited("img-2")] },
      run: run("r1", 1),
      entries: [entry(1, "x")],
    });
    expect(sent()).toHaveLength(2);
    expect(again.filter((one) => one === undefined)).toEqual([]);
  });

  it("saving nothing takes none", async () => {
    await state.save(A, { copies: [], awaited: { add: [], remove: [] }, entries: [] });
    expect(sent()).toEqual([]);
  });

  it("deleting history takes one query", async () => {
    await state.deleteHistoryBefore(A, 5);
    expect(sent()).toHaveLength(1);
  });

  it("an idle connection is checked before a write, and not before a read", async () => {
    skipMinute();
    await state.read(A);
    expect(sent()).toHaveLength(1);
    skipMinute();
    await saveCopy(state, copyOf({}));
    expect(sent().slice(1)).toEqual(["select 1", expect.stringMatching(/^with lock/)]);
  });

  it.each([
    ["reset", false],
    ["reset", true],
    ["silent", true],
  ] as const)(
    "a read on a connection that was dropped (%s, idle for long: %s) is repeated on a new one",
    async (how, isIdle) => {
      const firewall = await firewallBefore(empty.url);
      const behind = await openState(firewall.url);
      await saveCopy(behind, copyOf({}));
      firewall.drop(how);
      if (isIdle) skipMinute();
      spy.mockClear();
      expect(await behind.read(A, { all: true })).toMatchObject({ copies: [{ policy: "golden" }] });
      expect(sent()).toHaveLength(2);
      await behind.close();
      firewall.close();
    },
  );

  it("a write whose answer was lost is not repeated", async () => {
    const firewall = await firewallBefore(empty.url);
    const behind = await openState(firewall.url);
    firewall.drop("reset");
    spy.mockClear();
    await expect(saveCopy(behind, copyOf({}))).rejects.toThrow("it is unknown whether the last change was stored");
    expect(sent()).toHaveLength(1);
    expect(await saveCopy(behind, copyOf({}))).toBeDefined();
    await behind.close();
    firewall.close();
  });

  it("a query that the server refuses is not repeated", async () => {
    await query("drop table replicator_totals", schemaOf(empty));
    skipMinute();
    spy.mockClear();
    await expect(state.read(A)).rejects.toThrow("replicator_totals");
    expect(sent()).toHaveLength(1);
  });

  it("a save that waits for another's totals keeps its answers right", async () => {
    const { copies: first } = await state.save(A, { copies: batch() });
    const blocker = query(
      "begin; update replicator_totals set count = count; select pg_sleep(0.5); commit",
      schemaOf(empty),
    );
    await new Promise((done) => setTimeout(done, 150));
    const [one, two] = await Promise.all([
      state.save(A, { copies: batch(first).slice(0, 200) }),
      state.save(A, { copies: batch(first).slice(100).reverse() }),
    ]);
    await blocker;
    const won = [...one.copies, ...two.copies].filter((copy) => copy !== undefined);
    expect(won).toHaveLength(300);
    const found = await state.read(A, { all: true });
    expect(totalsOf(found)).toEqual(counted(found.copies));
  });

  it("a forget among saves leaves the totals right", async () => {
    for (let round = 0; round < 3; round++) {
      const saves = Array.from({ length: 3 }, () => state.save(A, { copies: batch() }));
      await Promise.all([...saves, state.forget(A), state.save(A, { copies: batch() })]);
      const found = await state.read(A, { all: true });
      expect(totalsOf(found)).toEqual(counted(found.copies));
    }
  });

  it("a save waits for a forget that is under way, so that its copies are counted", async () => {
    await state.save(A, { copies: batch(), awaited: { add: [awaited("img-1")], remove: [] } });
    const blocker = query(
      "begin; select 1 from replicator_awaited for update; select pg_sleep(0.6); commit",
      schemaOf(empty),
    );
    await new Promise((done) => setTimeout(done, 150));
    // It has deleted the copies, and waits for the awaited image.
    const forgetting = state.forget(A);
    await new Promise((done) => setTimeout(done, 150));
    // Other copies than the forgotten ones: those would be waited for anyway.
    const others = batch().map(({ copy }) => ({ copy: { ...copy, key: { ...copy.key, region: "ap-tokyo" } } }));
    await state.save(A, { copies: others });
    await Promise.all([blocker, forgetting]);
    const found = await state.read(A, { all: true });
    expect(found.copies).toHaveLength(300);
    expect(totalsOf(found)).toEqual(counted(found.copies));
  });

  it("a server that isolates transactions more strictly makes saves wait, and changes no answer", async () => {
    const url = `${empty.url}&options=${encodeURIComponent("-c default_transaction_isolation=serializable")}`;
    const strict = await Promise.all([openState(url), openState(url), openState(url)]);
    const saves = strict.flatMap((one) => [one.save(A, { copies: batch() }), one.save(A, { copies: batch() })]);
    const won = (await Promise.all(saves)).flatMap(({ copies }) => copies.filter((copy) => copy !== undefined));
    for (const one of strict) await one.close();
    expect(won).toHaveLength(300);
    const found = await state.read(A, { all: true });
    expect(totalsOf(found)).toEqual(counted(found.copies));
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
