// The contract of the state for its history: runs and journal lines.
import { expect, it } from "vitest";
import { storedText } from "../../../lib/model/messages/define.ts";
import type { Copy } from "../../../lib/model/types.ts";
import { awaitedOf } from "../../support/records.ts";
import { append, setAwaited, totalsOf } from "./calls.ts";
import type { Fixture } from "./contract.ts";
import { A, awaited, base, copyOf, entry, key, run } from "./samples.ts";

const other = "200000000001";
const WHY = { code: "deselected", text: storedText("no longer selected by any policy") };

/** The tests of runs and journal lines, for the store of `t`. */
export function historyContract(t: Fixture): void {
  it("deletes the runs and journal lines of one account before a time, and stores new ones", async () => {
    for (const at of [10, 20, 30]) await t.state.save(A, { run: run(`r${at}`, at) });
    await t.state.save(other, { run: { ...run("r10", 10), account: other } });
    await append(t.state, A, [entry(10, "a"), entry(20, "b"), entry(30, "c")]);
    await append(t.state, other, [{ ...entry(10, "d"), account: other }]);
    await t.state.deleteHistoryBefore(A, 20);
    await append(t.state, A, [entry(30, "e")]);
    expect((await t.state.runs(A, 10)).map(({ id }) => id)).toEqual(["r30", "r20"]);
    expect((await t.state.entries(A, 10)).map(({ text }) => text)).toEqual(["e", "c", "b"]);
    expect(await t.state.runs(other, 10)).toHaveLength(1);
    expect(await t.state.entries(other, 10)).toHaveLength(1);
  });

  it("deletes the copies of one account that ended before a time, and counts them no more", async () => {
    const ended = (rootId: string, updatedAt: number, account = A) =>
      ({ ...base, key: { ...key, account, rootId }, phase: "ended", since: 1, reason: WHY, updatedAt }) as const;
    const all = [ended("img-1", 10), ended("img-2", 20), copyOf({})];
    const [old] = (await t.state.save(A, { copies: all.map((copy) => ({ copy })) })).copies;
    await t.state.save(other, { copies: [{ copy: ended("img-1", 10, other) }] });
    await t.state.deleteHistoryBefore(A, 20);
    const left = await t.state.read(A, { all: true });
    expect(left.copies.map((copy) => copy.key.rootId).sort()).toEqual(["img-2", key.rootId]);
    expect(totalsOf(left)).toEqual({ ended: 1, waiting: 1 });
    expect((await t.state.read(other, { all: true })).copies).toHaveLength(1);
    // A program that still knows the record cannot bring it back.
    expect((await t.state.save(A, { copies: [{ copy: old as Copy }] })).copies).toEqual([undefined]);
    const [again] = (await t.state.save(A, { copies: [{ copy: ended("img-1", 30) }] })).copies;
    expect(again).toMatchObject({ updatedAt: 30 });
    expect(again?.version).not.toBe(old?.version);
  });

  it("lists the newest runs first, and a run that is saved again only once", async () => {
    for (const [id, at] of [
      ["b", 20],
      ["c", 30],
      ["a", 10],
    ] as const)
      await t.state.save(A, { run: run(id, at) });
    await t.state.save(A, { run: { ...run("b", 20), failures: 7 } });
    const found = await t.state.runs(A, 2);
    expect(found).toStrictEqual([run("c", 30), { ...run("b", 20), failures: 7 }]);
  });

  it("lists the newest journal lines first, and lines of one millisecond in their order", async () => {
    await append(t.state, A, []);
    await append(t.state, A, [entry(5, "a"), entry(5, "b")]);
    await append(t.state, A, [entry(5, "c"), entry(9, "d"), entry(1, "e")]);
    expect((await t.state.entries(A, 10)).map((found) => found.text)).toEqual(["d", "c", "b", "a", "e"]);
    expect((await t.state.entries(A, 2)).map((found) => found.text)).toEqual(["d", "c"]);
  });

  it("stores more journal lines and awaited images than fit into one statement", async () => {
    await append(
      t.state,
      A,
      Array.from({ length: 1201 }, (_, at) => entry(at, `line ${at}`)),
    );
    await setAwaited(
      t.state,
      A,
      Array.from({ length: 1201 }, (_, n) => awaited(`img-${n}`)),
    );
    const found = await t.state.entries(A, 5000);
    expect(found).toHaveLength(1201);
    expect(found[0]!.text).toBe("line 1200");
    expect(await awaitedOf(t.state, A)).toHaveLength(1201);
  });

  it("finds the journal of an image as root and as copy, with the copy's lines from before its id was known", async () => {
    const image = { region: key.region, imageId: "img-copy" };
    const lines = [
      entry(1, "send", { key }),
      entry(2, "sent", { key, image, requestId: "req-1", code: "x" }),
      entry(3, "other destination", { key: { ...key, region: "ap-tokyo" } }),
      entry(4, "found", { image }),
      entry(5, "other root", { key: { ...key, rootId: "img-other" } }),
      entry(6, "no image"),
    ];
    await append(t.state, A, lines);
    const texts = async (imageId: string, limit = 10) =>
      (await t.state.entries(A, limit, imageId)).map((found) => found.text);
    expect(await texts("img-copy")).toEqual(["found", "sent", "send"]);
    expect(await texts(key.rootId)).toEqual(["other destination", "sent", "send"]);
    expect(await texts("img-copy", 1)).toEqual(["found"]);
    expect(await texts("img-unknown")).toEqual([]);
    expect(await t.state.entries(A, 10)).toStrictEqual([...lines].reverse());
  });
}
