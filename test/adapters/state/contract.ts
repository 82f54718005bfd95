// The contract of the state: what every store behind the port State does.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StateError } from "../../../lib/model/errors.ts";
import type { ReadableJournal, State } from "../../../lib/model/ports.ts";
import { copyContract } from "./contract-copies.ts";
import { historyContract } from "./contract-history.ts";
import { A, awaited, base, copyOf, entry, key, run } from "./samples.ts";

type Store = State & ReadableJournal;

/** An empty store that can be opened several times. */
export interface Place {
  readonly open: () => Promise<Store>;
  readonly remove: () => Promise<void>;
}

/** The store of the current test, which is new and empty for each test. */
export interface Fixture {
  state: Store;
  /** Opens the same store once more. */
  readonly open: () => Promise<Store>;
  /** Makes another empty store. */
  readonly makePlace: () => Promise<Place>;
}

/** The tests of the port `State`, for one kind of store. */
export function stateContract(name: string, makePlace: () => Promise<Place>): void {
  describe(name, () => {
    let place: Place;
    const opened: Store[] = [];
    const open = async () => {
      const store = await place.open();
      opened.push(store);
      return store;
    };
    const t = { open, makePlace } as Fixture;

    beforeEach(async () => {
      place = await makePlace();
      t.state = await open();
    });
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close();
      await place.remove();
    });

    copyContract(t);
    historyContract(t);

    it("is empty at first", async () => {
      expect(await t.state.copies(A)).toEqual([]);
      expect(await t.state.account(A)).toBeUndefined();
      expect(await t.state.awaited(A)).toEqual([]);
      expect(await t.state.runs(A, 10)).toEqual([]);
      expect(await t.state.entries(A, 10)).toEqual([]);
    });

    it("separates accounts", async () => {
      const other = "200000000001";
      await t.state.saveCopy(copyOf({}));
      await t.state.saveCopy(copyOf({ key: { ...key, account: other }, policy: "other" }));
      await t.state.saveAccount({ account: A, firstSeenAt: 1, version: 0 });
      await t.state.setAwaited([awaited("img-1")], []);
      await t.state.setAwaited([], [{ ...awaited("img-1"), account: other }]);
      await t.state.saveRun(run("r1", 1));
      await t.state.append([entry(1, "x")]);
      expect((await t.state.copies(A)).map((copy) => copy.policy)).toEqual([base.policy]);
      expect((await t.state.copies(other)).map((copy) => copy.policy)).toEqual(["other"]);
      expect(await t.state.account(other)).toBeUndefined();
      expect(await t.state.awaited(A)).toEqual([awaited("img-1")]);
      expect(await t.state.awaited(other)).toEqual([]);
      expect(await t.state.runs(other, 10)).toEqual([]);
      expect(await t.state.entries(other, 10)).toEqual([]);
    });

    it("creates and replaces the record of an account like a copy", async () => {
      const firstSeenAt = 1_795_000_000_000;
      const first = await t.state.saveAccount({ account: A, firstSeenAt, version: 0 });
      expect(first).toStrictEqual({ account: A, firstSeenAt, version: first!.version });
      expect(first!.version).toBeGreaterThan(0);
      expect(await t.state.saveAccount({ account: A, firstSeenAt: 5, version: 0 })).toBeUndefined();
      const racers = Array.from({ length: 20 }, (_, lastSweepAt) => t.state.saveAccount({ ...first!, lastSweepAt }));
      const won = (await Promise.all(racers)).filter((answer) => answer !== undefined);
      expect(won).toHaveLength(1);
      expect(won[0]!.version).not.toBe(first!.version);
      expect(await t.state.saveAccount({ ...first!, lastSweepAt: 99 })).toBeUndefined();
      expect(await t.state.account(A)).toStrictEqual(won[0]);
    });

    it("adds an awaited image once, keeps the first, and removes it any number of times", async () => {
      await t.state.setAwaited([awaited("img-1", 1), awaited("img-1", 2), awaited("img-2", 3)], []);
      await t.state.setAwaited(
        [awaited("img-1", 4), { ...awaited("img-1", 5), region: "ap-tokyo" }],
        [awaited("img-2")],
      );
      await t.state.setAwaited([], [awaited("img-2"), awaited("img-never")]);
      const found = await t.state.awaited(A);
      expect(found.sort((a, b) => a.since - b.since)).toStrictEqual([
        awaited("img-1", 1),
        { ...awaited("img-1", 5), region: "ap-tokyo" },
      ]);
    });

    it("forgets the copies and awaited images of one account and nothing else, any number of times", async () => {
      const other = "200000000001";
      const kept = await t.state.saveCopy(copyOf({ key: { ...key, account: other } }));
      await t.state.saveCopy(copyOf({}));
      await t.state.saveCopy(copyOf({ key: { ...key, region: "ap-tokyo" } }));
      const record = await t.state.saveAccount({ account: A, firstSeenAt: 1, version: 0 });
      await t.state.setAwaited([awaited("img-1"), { ...awaited("img-1"), account: other }], []);
      await t.state.saveRun(run("r1", 1));
      await t.state.append([entry(1, "x")]);
      for (let times = 0; times < 2; times += 1) {
        await t.state.forget(A);
        expect(await (await t.open()).copies(A)).toEqual([]);
        expect(await t.state.awaited(A)).toEqual([]);
      }
      expect(await t.state.account(A)).toStrictEqual(record);
      expect(await t.state.runs(A, 10)).toHaveLength(1);
      expect(await t.state.entries(A, 10)).toHaveLength(1);
      expect(await t.state.copies(other)).toStrictEqual([kept]);
      expect(await t.state.awaited(other)).toHaveLength(1);
    });

    it("shows every record after it is opened again", async () => {
      const copy = await t.state.saveCopy(copyOf({}));
      const account = await t.state.saveAccount({ account: A, firstSeenAt: 1, version: 0 });
      await t.state.setAwaited([awaited("img-1")], []);
      await t.state.saveRun(run("r1", 1));
      await t.state.append([entry(1, "x")]);
      await t.state.close();
      const next = await t.open();
      await next.append([entry(1, "y")]);
      expect(await next.copies(A)).toStrictEqual([copy]);
      expect(await next.account(A)).toStrictEqual(account);
      expect(await next.awaited(A)).toStrictEqual([awaited("img-1")]);
      expect(await next.runs(A, 10)).toStrictEqual([run("r1", 1)]);
      expect((await next.entries(A, 10)).map((found) => found.text).sort()).toEqual(["x", "y"]);
    });

    it("can be closed twice, and then refuses every call", async () => {
      await t.state.close();
      await t.state.close();
      await expect(t.state.copies(A)).rejects.toThrow(StateError);
      await expect(t.state.saveCopy(copyOf({}))).rejects.toThrow("already closed");
    });
  });
}
