// The contract of the state for batches: each record by itself, its journal line with it, and totals.
import { expect, it } from "vitest";
import type { Copy } from "../../../lib/model/types.ts";
import { copiesOf, recordOf, saveCopy, saveRecord } from "../../support/records.ts";
import { counted, totalsOf } from "./calls.ts";
import type { Fixture } from "./contract.ts";
import { A, accountRecord, awaited, copyOf, entry, everyArm, key, run } from "./samples.ts";

const copyAt = (n: number, more: Partial<Copy> = {}) => copyOf({ key: { ...key, rootId: `img-${n}` }, ...more });
const textsOf = async (t: Fixture) => (await t.state.entries(A, 5000)).map(({ text }) => text);

/** The tests of `save` with several records, for the store of `t`. */
export function batchContract(t: Fixture): void {
  it("answers for each copy of a batch by itself, in their order, and writes only the lines of the saved ones", async () => {
    const [mine, theirs] = [await saveCopy(t.state, copyAt(3)), await saveCopy(t.state, copyAt(1))];
    const newer = await saveCopy(t.state, { ...theirs!, policy: "newer" });
    const batch = [copyAt(4), { ...theirs!, policy: "late" }, { ...mine!, policy: "second" }, copyAt(3), copyAt(2)];
    // The third and the fourth are the same copy, so they go into two saves.
    const { copies: saved } = await t.state.save(A, {
      copies: [0, 1, 2, 4].map((at) => ({
        copy: batch[at]!,
        entries: [entry(at, `copy ${at}`), entry(at, `more of ${at}`)],
      })),
      entries: [entry(4, "not of a copy")],
    });
    const { copies: again } = await t.state.save(A, { copies: [{ copy: batch[3]!, entries: [entry(9, "copy 3")] }] });
    expect(saved.map((one) => one && [one.key.rootId, one.policy])).toEqual([
      ["img-4", "golden"],
      undefined,
      ["img-3", "second"],
      ["img-2", "golden"],
    ]);
    expect(again).toEqual([undefined]);
    const found = (await copiesOf(t.state, A)).toSorted((a, b) => (a.key.rootId < b.key.rootId ? -1 : 1));
    expect(found).toStrictEqual([newer, saved[3], saved[2], saved[0]]);
    expect(await textsOf(t)).toEqual([
      "not of a copy",
      "more of 4",
      "copy 4",
      "more of 2",
      "copy 2",
      "more of 0",
      "copy 0",
    ]);
  });

  it("saves everything of a batch: copies, record, awaited images, run and lines", async () => {
    const record = accountRecord({ lastSweepAt: 5 });
    const saved = await t.state.save(A, {
      copies: [{ copy: copyAt(1) }],
      record,
      awaited: { add: [awaited("img-a"), awaited("img-b")], remove: [awaited("img-b")] },
      run: run("r1", 1),
      entries: [entry(1, "x")],
    });
    expect(saved.record).toStrictEqual({ ...record, version: saved.record!.version });
    const found = await t.state.read(A, { all: true });
    expect(found.record).toStrictEqual(saved.record);
    expect(found.copies).toStrictEqual(saved.copies);
    expect(found.awaited).toStrictEqual([awaited("img-a")]);
    expect(await t.state.runs(A, 5)).toStrictEqual([run("r1", 1)]);
    expect(await textsOf(t)).toEqual(["x"]);
  });

  it("saves nothing for a save without changes", async () => {
    expect(await t.state.save(A, {})).toEqual({ copies: [], record: undefined });
    expect(await t.state.read(A, { all: true })).toEqual({ record: undefined, awaited: [], copies: [], totals: {} });
  });

  it("saves the copies although the account record was lost, and the record although a copy was lost", async () => {
    const record = await saveRecord(t.state, accountRecord());
    const newer = await saveRecord(t.state, { ...record!, lastSweepAt: 1 });
    const first = await t.state.save(A, { copies: [{ copy: copyAt(1) }], record: record! });
    expect(first).toStrictEqual({ copies: [expect.objectContaining({ policy: "golden" })], record: undefined });
    const second = await t.state.save(A, { copies: [{ copy: copyAt(1) }], record: { ...newer!, lastSweepAt: 2 } });
    expect(second.copies).toEqual([undefined]);
    expect(await recordOf(t.state, A)).toStrictEqual(second.record);
    expect(second.record).toMatchObject({ lastSweepAt: 2 });
  });

  it("saves more copies at once than fit into one statement, with their lines in their order", async () => {
    const copies = Array.from({ length: 2500 }, (_, n) => ({ copy: copyAt(n), entries: [entry(1, `${n}`)] }));
    const { copies: saved } = await t.state.save(A, { copies, entries: [entry(1, "last")] });
    expect(saved.map((one) => one?.key.rootId)).toEqual(copies.map(({ copy }) => copy.key.rootId));
    expect(totalsOf(await t.state.read(A))).toEqual({ waiting: 2500 });
    expect(await textsOf(t)).toEqual([...copies.map(({ entries: [line] }) => line?.text as string), "last"].reverse());
  });

  it("keeps the totals by phase: of created, replaced, lost and forgotten copies", async () => {
    const copies = everyArm.map((copy, n) => ({ copy: { ...copy, key: { ...key, rootId: `img-${n}` } } as Copy }));
    const { copies: saved } = await t.state.save(A, { copies });
    const expectTotals = async () => {
      const found = await t.state.read(A, { all: true });
      expect(totalsOf(found)).toEqual(counted(found.copies));
      expect(totalsOf(await t.state.read(A))).toEqual(counted(found.copies));
    };
    await expectTotals();
    // Another phase, the same phase, lost by its version, lost at creation.
    const [one, two, three] = saved as [Copy, Copy, Copy];
    const ended = everyArm.find(({ phase }) => phase === "ended")!;
    await t.state.save(A, {
      copies: [
        { copy: { ...ended, key: one.key, version: one.version } },
        { copy: { ...two, policy: "x" } },
        { copy: { ...ended, key: three.key, version: three.version + 1 } },
        { copy: copyAt(3) },
      ],
    });
    await expectTotals();
    const other = "200000000001";
    await saveCopy(t.state, copyOf({ key: { ...key, account: other } }));
    await t.state.forget(A);
    expect(totalsOf(await t.state.read(A))).toEqual({});
    expect(totalsOf(await t.state.read(other))).toEqual({ waiting: 1 });
    await saveCopy(t.state, copyAt(1));
    await expectTotals();
  });

  it("lets concurrent batches that overlap in any order win each copy once, and counts it once", async () => {
    const stores = [t.state, await t.open(), await t.open(), await t.open()];
    let versions = new Map<string, number>();
    for (let round = 0; round < 4; round += 1) {
      const batchOf = (saver: number) => {
        const copies = Array.from({ length: 40 }, (_, at) => {
          const n = (at * (saver % 2 ? 7 : 11) + saver * 13) % 40;
          const version = versions.get(`img-${n}`) ?? 0;
          const phase = everyArm[(saver + round + n) % everyArm.length]!;
          return { ...phase, key: { ...key, rootId: `img-${n}` }, policy: `saver ${saver}`, version };
        });
        return copies.slice(0, 30).map((copy) => ({ copy, entries: [entry(round, copy.policy)] }));
      };
      const saves = Array.from({ length: 8 }, (_, saver) => stores[saver % 4]!.save(A, { copies: batchOf(saver) }));
      const won = (await Promise.all(saves)).flatMap(({ copies }) => copies.filter((one) => one !== undefined));
      const found = await t.state.read(A, { all: true });
      const byId = (a: Copy, b: Copy) => (a.key.rootId < b.key.rootId ? -1 : 1);
      expect(won.toSorted(byId)).toStrictEqual(found.copies.toSorted(byId));
      expect(won).toHaveLength(40);
      expect(totalsOf(found)).toEqual(counted(found.copies));
      const texts = (await t.state.entries(A, 5000)).filter(({ at }) => at === round).map(({ text }) => `${text}`);
      expect(texts.sort()).toEqual(won.map(({ policy }) => policy).sort());
      versions = new Map(won.map((copy) => [copy.key.rootId, copy.version]));
    }
  });
}
