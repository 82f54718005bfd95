import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StateError } from "../../../lib/model/errors.ts";
import type { ReadableJournal, State } from "../../../lib/model/ports.ts";
import type { JournalEntry, Run } from "../../../lib/model/types.ts";
import { A, awaited, base, copyOf, everyArm, key, withProto } from "./samples.ts";

type Store = State & ReadableJournal;

/** An empty store that can be opened several times. */
export interface Place {
  readonly open: () => Promise<Store>;
  readonly remove: () => Promise<void>;
}

/** What every store behind the port `State` promises. */
export function stateContract(name: string, makePlace: () => Promise<Place>): void {
  describe(name, () => {
    let place: Place;
    let state: Store;
    const opened: Store[] = [];
    const open = async () => {
      const store = await place.open();
      opened.push(store);
      return store;
    };

    beforeEach(async () => {
      place = await makePlace();
      state = await open();
    });
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close();
      await place.remove();
    });

    it("is empty at first", async () => {
      expect(await state.copies(A)).toEqual([]);
      expect(await state.account(A)).toBeUndefined();
      expect(await state.awaited(A)).toEqual([]);
      expect(await state.runs(A, 10)).toEqual([]);
      expect(await state.entries(A, 10)).toEqual([]);
    });

    it("creates a copy once", async () => {
      const stored = await state.saveCopy(copyOf({ policy: "first" }));
      expect(stored).toStrictEqual(copyOf({ policy: "first", version: stored!.version }));
      expect(stored!.version).toBeGreaterThan(0);
      expect(await state.saveCopy(copyOf({ policy: "second" }))).toBeUndefined();
      expect(await state.copies(A)).toStrictEqual([stored]);
    });

    it("replaces a copy only at the version that was read", async () => {
      const first = await state.saveCopy(copyOf({}));
      const second = await state.saveCopy({ ...first!, policy: "second" });
      expect(second).toStrictEqual(copyOf({ policy: "second", version: second!.version }));
      expect(second!.version).not.toBe(first!.version);
      expect(await state.saveCopy({ ...first!, policy: "late" })).toBeUndefined();
      expect(await state.saveCopy({ ...first!, policy: "early", version: second!.version + 1 })).toBeUndefined();
      expect(await state.saveCopy({ ...first!, policy: "anew", version: 0 })).toBeUndefined();
      expect(await state.copies(A)).toStrictEqual([second]);
    });

    it("does not replace what is not there", async () => {
      expect(await state.saveCopy(copyOf({ version: 1 }))).toBeUndefined();
      expect(await state.saveAccount({ account: A, firstSeenAt: 1, version: 1 })).toBeUndefined();
      expect(await state.copies(A)).toEqual([]);
      expect(await state.account(A)).toBeUndefined();
    });

    it("lets exactly one of many savers win, at creation and at every version", async () => {
      const stores = [state, await open(), await open(), await open()];
      for (let version = 0, round = 0; round < 3; round += 1) {
        const attempts = Array.from({ length: 40 }, (_, index) =>
          stores[index % stores.length]!.saveCopy(copyOf({ version, policy: `saver ${index}` })),
        );
        const won = (await Promise.all(attempts)).filter((answer) => answer !== undefined);
        expect(won).toHaveLength(1);
        expect(await state.copies(A)).toStrictEqual(won);
        version = won[0]!.version;
      }
    });

    it.each(everyArm)("keeps a copy that is $state as it is", async (copy) => {
      const stored = await state.saveCopy(copy);
      expect(stored).toStrictEqual({ ...copy, version: stored!.version });
      expect(await (await open()).copies(A)).toStrictEqual([stored]);
    });

    it("leaves out what is undefined", async () => {
      const { version: _, ...rest } = base;
      const copy = { ...rest, version: 0, state: "waiting", reason: { code: "c", text: "t" }, notBefore: undefined };
      const stored = await state.saveCopy(copy as never);
      expect(stored).not.toHaveProperty("notBefore");
      expect((await state.copies(A))[0]).not.toHaveProperty("notBefore");
    });

    it("keeps quotes, other scripts, control characters and tags named like properties of an object", async () => {
      const tags = withProto({
        __proto__: "p",
        constructor: "c",
        'it\'s "quoted" \\ `;--': "黄金镜像 🚀 \u0000\n\ud800",
        "": "",
      });
      const claim = { ...everyArm.find((arm) => arm.state === "copying")!.claim };
      const copy = copyOf({ rootName: "'; drop table replicator_copies; --" });
      const odd = {
        ...copy,
        state: "copying",
        progressedAt: 1,
        claim: { ...claim, settings: { ...claim.settings, tags } },
      };
      expect(await state.saveCopy(odd as never)).toBeDefined();
      const [found] = await state.copies(A);
      expect(found!.rootName).toBe(copy.rootName);
      const foundTags = found!.state === "copying" ? found!.claim.settings.tags : {};
      expect(Object.entries(foundTags)).toEqual(Object.entries(tags));
      expect(Object.hasOwn(foundTags, "__proto__")).toBe(true);
    });

    it("tells copies apart by every part of their key", async () => {
      const keys = [
        key,
        { ...key, rootRegion: "ap-beijing" },
        { ...key, rootId: "img-other" },
        { ...key, region: "ap-tokyo" },
        { ...key, variant: "encrypted:key-1" as const },
      ];
      for (const one of keys) expect(await state.saveCopy(copyOf({ key: one }))).toBeDefined();
      const found = (await state.copies(A)).map((copy) => JSON.stringify(copy.key)).sort();
      expect(found).toEqual(keys.map((one) => JSON.stringify(one)).sort());
    });

    it("keeps accounts apart", async () => {
      const other = "200000000001";
      await state.saveCopy(copyOf({}));
      await state.saveCopy(copyOf({ key: { ...key, account: other }, policy: "other" }));
      await state.saveAccount({ account: A, firstSeenAt: 1, version: 0 });
      await state.setAwaited([awaited("img-1")], []);
      await state.setAwaited([], [{ ...awaited("img-1"), account: other }]);
      await state.saveRun(run("r1", 1));
      await state.append([entry(1, "x")]);
      expect((await state.copies(A)).map((copy) => copy.policy)).toEqual([base.policy]);
      expect((await state.copies(other)).map((copy) => copy.policy)).toEqual(["other"]);
      expect(await state.account(other)).toBeUndefined();
      expect(await state.awaited(A)).toEqual([awaited("img-1")]);
      expect(await state.awaited(other)).toEqual([]);
      expect(await state.runs(other, 10)).toEqual([]);
      expect(await state.entries(other, 10)).toEqual([]);
    });

    it("creates and replaces the record of an account like a copy", async () => {
      const firstSeenAt = 1_795_000_000_000;
      const first = await state.saveAccount({ account: A, firstSeenAt, version: 0 });
      expect(first).toStrictEqual({ account: A, firstSeenAt, version: first!.version });
      expect(first!.version).toBeGreaterThan(0);
      expect(await state.saveAccount({ account: A, firstSeenAt: 5, version: 0 })).toBeUndefined();
      const racers = Array.from({ length: 20 }, (_, lastSweepAt) => state.saveAccount({ ...first!, lastSweepAt }));
      const won = (await Promise.all(racers)).filter((answer) => answer !== undefined);
      expect(won).toHaveLength(1);
      expect(won[0]!.version).not.toBe(first!.version);
      expect(await state.saveAccount({ ...first!, lastSweepAt: 99 })).toBeUndefined();
      expect(await state.account(A)).toStrictEqual(won[0]);
    });

    it("adds an awaited image once, keeps the first, and removes it as often as one likes", async () => {
      await state.setAwaited([awaited("img-1", 1), awaited("img-1", 2), awaited("img-2", 3)], []);
      await state.setAwaited([awaited("img-1", 4), { ...awaited("img-1", 5), region: "ap-tokyo" }], [awaited("img-2")]);
      await state.setAwaited([], [awaited("img-2"), awaited("img-never")]);
      const found = await state.awaited(A);
      expect(found.sort((a, b) => a.since - b.since)).toStrictEqual([
        awaited("img-1", 1),
        { ...awaited("img-1", 5), region: "ap-tokyo" },
      ]);
    });

    it("forgets the copies and awaited images of one account, and nothing else, as often as one likes", async () => {
      const other = "200000000001";
      const kept = await state.saveCopy(copyOf({ key: { ...key, account: other } }));
      await state.saveCopy(copyOf({}));
      await state.saveCopy(copyOf({ key: { ...key, region: "ap-tokyo" } }));
      const record = await state.saveAccount({ account: A, firstSeenAt: 1, version: 0 });
      await state.setAwaited([awaited("img-1"), { ...awaited("img-1"), account: other }], []);
      await state.saveRun(run("r1", 1));
      await state.append([entry(1, "x")]);
      for (let times = 0; times < 2; times += 1) {
        await state.forget(A);
        expect(await (await open()).copies(A)).toEqual([]);
        expect(await state.awaited(A)).toEqual([]);
      }
      expect(await state.account(A)).toStrictEqual(record);
      expect(await state.runs(A, 10)).toHaveLength(1);
      expect(await state.entries(A, 10)).toHaveLength(1);
      expect(await state.copies(other)).toStrictEqual([kept]);
      expect(await state.awaited(other)).toHaveLength(1);
    });

    it("lets nobody replace a copy that was forgotten, nor the one that took its place", async () => {
      const first = await state.saveCopy(copyOf({}));
      const second = await state.saveCopy({ ...first!, policy: "second" });
      await state.forget(A);
      expect(await state.saveCopy({ ...second!, policy: "late" })).toBeUndefined();
      const racers = Array.from({ length: 20 }, (_, n) => state.saveCopy(copyOf({ policy: `anew ${n}` })));
      const [anew, ...rest] = (await Promise.all(racers)).filter((answer) => answer !== undefined);
      expect(rest).toEqual([]);
      const next = await state.saveCopy(anew!);
      for (const late of [first, second]) expect(await state.saveCopy({ ...late!, policy: "late" })).toBeUndefined();
      expect(await state.copies(A)).toStrictEqual([next]);
    });

    it("lets nobody replace what was created anew after the whole state was lost", async () => {
      const copy = await state.saveCopy(copyOf({}));
      const record = await state.saveAccount({ account: A, firstSeenAt: 1, version: 0 });
      const anew = await makePlace();
      const store = await anew.open();
      try {
        const newCopy = await store.saveCopy(copyOf({}));
        const newRecord = await store.saveAccount({ account: A, firstSeenAt: 2, version: 0 });
        expect(await store.saveCopy({ ...copy!, policy: "late" })).toBeUndefined();
        expect(await store.saveAccount({ ...record!, lastSweepAt: 99 })).toBeUndefined();
        expect(await store.copies(A)).toStrictEqual([newCopy]);
        expect(await store.account(A)).toStrictEqual(newRecord);
      } finally {
        await store.close();
        await anew.remove();
      }
    });

    it("deletes the runs and journal lines of one account from before a time, and goes on writing", async () => {
      const other = "200000000001";
      for (const at of [10, 20, 30]) await state.saveRun(run(`r${at}`, at));
      await state.saveRun({ ...run("r10", 10), account: other });
      await state.append([entry(10, "a"), entry(20, "b"), entry(30, "c"), { ...entry(10, "d"), account: other }]);
      await state.deleteHistoryBefore(A, 20);
      await state.append([entry(30, "e")]);
      expect((await state.runs(A, 10)).map(({ id }) => id)).toEqual(["r30", "r20"]);
      expect((await state.entries(A, 10)).map(({ text }) => text)).toEqual(["e", "c", "b"]);
      expect(await state.runs(other, 10)).toHaveLength(1);
      expect(await state.entries(other, 10)).toHaveLength(1);
    });

    it("lists the newest runs first, and a run that is saved again only once", async () => {
      for (const [id, at] of [
        ["b", 20],
        ["c", 30],
        ["a", 10],
      ] as const)
        await state.saveRun(run(id, at));
      await state.saveRun({ ...run("b", 20), failures: 7 });
      const found = await state.runs(A, 2);
      expect(found).toStrictEqual([run("c", 30), { ...run("b", 20), failures: 7 }]);
    });

    it("lists the newest journal lines first, those of one millisecond in the order they came", async () => {
      await state.append([]);
      await state.append([entry(5, "a"), entry(5, "b")]);
      await state.append([entry(5, "c"), entry(9, "d"), entry(1, "e")]);
      expect((await state.entries(A, 10)).map((found) => found.text)).toEqual(["d", "c", "b", "a", "e"]);
      expect((await state.entries(A, 2)).map((found) => found.text)).toEqual(["d", "c"]);
    });

    it("takes more journal lines and awaited images than one statement has room for", async () => {
      await state.append(Array.from({ length: 1201 }, (_, at) => entry(at, `line ${at}`)));
      await state.setAwaited(
        Array.from({ length: 1201 }, (_, n) => awaited(`img-${n}`)),
        [],
      );
      const found = await state.entries(A, 5000);
      expect(found).toHaveLength(1201);
      expect(found[0]!.text).toBe("line 1200");
      expect(await state.awaited(A)).toHaveLength(1201);
    });

    it("finds the journal of an image as root, as copy, and the copy's lines from before its id was known", async () => {
      const image = { region: key.region, imageId: "img-copy" };
      const lines = [
        entry(1, "send", { key }),
        entry(2, "sent", { key, image, requestId: "req-1", code: "x" }),
        entry(3, "other destination", { key: { ...key, region: "ap-tokyo" } }),
        entry(4, "found", { image }),
        entry(5, "other root", { key: { ...key, rootId: "img-other" } }),
        entry(6, "no image"),
      ];
      await state.append(lines);
      const texts = async (imageId: string, limit = 10) =>
        (await state.entries(A, limit, imageId)).map((found) => found.text);
      expect(await texts("img-copy")).toEqual(["found", "sent", "send"]);
      expect(await texts(key.rootId)).toEqual(["other destination", "sent", "send"]);
      expect(await texts("img-copy", 1)).toEqual(["found"]);
      expect(await texts("img-unknown")).toEqual([]);
      expect(await state.entries(A, 10)).toStrictEqual([...lines].reverse());
    });

    it("shows everything to whoever opens it next", async () => {
      const copy = await state.saveCopy(copyOf({}));
      const account = await state.saveAccount({ account: A, firstSeenAt: 1, version: 0 });
      await state.setAwaited([awaited("img-1")], []);
      await state.saveRun(run("r1", 1));
      await state.append([entry(1, "x")]);
      await state.close();
      const next = await open();
      await next.append([entry(1, "y")]);
      expect(await next.copies(A)).toStrictEqual([copy]);
      expect(await next.account(A)).toStrictEqual(account);
      expect(await next.awaited(A)).toStrictEqual([awaited("img-1")]);
      expect(await next.runs(A, 10)).toStrictEqual([run("r1", 1)]);
      expect((await next.entries(A, 10)).map((found) => found.text).sort()).toEqual(["x", "y"]);
    });

    it("can be closed twice, and says so to whoever uses it afterwards", async () => {
      await state.close();
      await state.close();
      await expect(state.copies(A)).rejects.toThrow(StateError);
      await expect(state.saveCopy(copyOf({}))).rejects.toThrow("closed already");
    });
  });
}

function run(id: string, startedAt: number): Run {
  const result = { actions: { send: 2 }, failures: 1, stoppedEarly: false, problems: [{ code: "c", text: "t" }] };
  return { id, account: A, why: "sweep", startedAt, endedAt: startedAt + 1, ...result };
}

function entry(at: number, text: string, more: Partial<JournalEntry> = {}): JournalEntry {
  return { at, runId: "r1", account: A, level: "info", event: "send", text, ...more };
}
