// The contract of the state: what every store behind the port State does.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StateError } from "../../../lib/model/errors.ts";
import type { State } from "../../../lib/model/ports.ts";
import { awaitedOf, copiesOf, recordOf, saveCopy, saveRecord } from "../../support/records.ts";
import { append, setAwaited } from "./calls.ts";
import { batchContract } from "./contract-batches.ts";
import { copyContract } from "./contract-copies.ts";
import { historyContract } from "./contract-history.ts";
import { newerContract } from "./contract-newer.ts";
import { outboxContract } from "./contract-outbox.ts";
import { readContract } from "./contract-reads.ts";
import { A, accountRecord, awaited, base, copyOf, entry, key, run } from "./samples.ts";

/** An empty store that can be opened several times. */
export interface Place {
  readonly open: () => Promise<State>;
  readonly remove: () => Promise<void>;
}

/** The store of the current test, which is new and empty for each test. */
export interface Fixture {
  state: State;
  /** Opens the same store once more. */
  readonly open: () => Promise<State>;
  /** Makes another empty store. */
  readonly makePlace: () => Promise<Place>;
}

/** The tests of the port `State`, for one kind of store. */
export function stateContract(name: string, makePlace: () => Promise<Place>): void {
  describe(name, () => {
    let place: Place;
    const opened: State[] = [];
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
    batchContract(t);
    readContract(t);
    historyContract(t);
    outboxContract(t);
    newerContract(t);

    it("is empty at first", async () => {
      expect(await copiesOf(t.state, A)).toEqual([]);
      expect(await recordOf(t.state, A)).toBeUndefined();
      expect(await awaitedOf(t.state, A)).toEqual([]);
      expect(await t.state.runs(A, 10)).toEqual([]);
      expect(await t.state.entries(A, 10)).toEqual([]);
    });

    it("names the accounts with a record or with copies, each once", async () => {
      expect(await t.state.accounts()).toEqual([]);
      const other = "200000000001";
      await saveRecord(t.state, accountRecord());
      await saveCopy(t.state, copyOf({}));
      expect(await t.state.accounts()).toEqual([A]);
      for (let n = 0; n < 15; n += 1) {
        await saveCopy(t.state, copyOf({ key: { ...key, account: other, rootId: `img-${n}` } }));
      }
      expect(await (await t.open()).accounts()).toEqual([A, other].sort());
    });

    it("separates accounts", async () => {
      const other = "200000000001";
      await saveCopy(t.state, copyOf({}));
      await saveCopy(t.state, copyOf({ key: { ...key, account: other }, policy: "other" }));
      await saveRecord(t.state, accountRecord());
      await setAwaited(t.state, A, [awaited("img-1")]);
      await setAwaited(t.state, other, [], [{ ...awaited("img-1"), account: other }]);
      await t.state.save(A, { run: run("r1", 1) });
      await append(t.state, A, [entry(1, "x")]);
      expect((await copiesOf(t.state, A)).map((copy) => copy.policy)).toEqual([base.policy]);
      expect((await copiesOf(t.state, other)).map((copy) => copy.policy)).toEqual(["other"]);
      expect(await recordOf(t.state, other)).toBeUndefined();
      expect(await awaitedOf(t.state, A)).toEqual([awaited("img-1")]);
      expect(await awaitedOf(t.state, other)).toEqual([]);
      expect(await t.state.runs(other, 10)).toEqual([]);
      expect(await t.state.entries(other, 10)).toEqual([]);
    });

    it("creates and replaces the record of an account like a copy", async () => {
      const firstSeenAt = 1_795_000_000_000;
      const first = await saveRecord(t.state, accountRecord({ firstSeenAt }));
      expect(first).toStrictEqual({ account: A, firstSeenAt, installations: ["lab"], version: first!.version });
      expect(first!.version).toBeGreaterThan(0);
      expect(await saveRecord(t.state, accountRecord({ firstSeenAt: 5 }))).toBeUndefined();
      const racers = Array.from({ length: 20 }, (_, lastSweepAt) => saveRecord(t.state, { ...first!, lastSweepAt }));
      const won = (await Promise.all(racers)).filter((answer) => answer !== undefined);
      expect(won).toHaveLength(1);
      expect(won[0]!.version).not.toBe(first!.version);
      expect(await saveRecord(t.state, { ...first!, lastSweepAt: 99 })).toBeUndefined();
      expect(await recordOf(t.state, A)).toStrictEqual(won[0]);
    });

    it("adds an awaited image once, keeps the first, and removes it any number of times", async () => {
      await setAwaited(t.state, A, [awaited("img-1", 1), awaited("img-1", 2), awaited("img-2", 3)], []);
      await setAwaited(
        t.state,
        A,
        [awaited("img-1", 4), { ...awaited("img-1", 5), region: "ap-tokyo" }],
        [awaited("img-2")],
      );
      await setAwaited(t.state, A, [], [awaited("img-2"), awaited("img-never")]);
      const found = await awaitedOf(t.state, A);
      expect(found.toSorted((a, b) => a.since - b.since)).toStrictEqual([
        awaited("img-1", 1),
        { ...awaited("img-1", 5), region: "ap-tokyo" },
      ]);
    });

    it("forgets the copies and awaited images of one account and nothing else, any number of times", async () => {
      const other = "200000000001";
      const kept = await saveCopy(t.state, copyOf({ key: { ...key, account: other } }));
      await saveCopy(t.state, copyOf({}));
      await saveCopy(t.state, copyOf({ key: { ...key, region: "ap-tokyo" } }));
      const record = await saveRecord(t.state, accountRecord());
      await setAwaited(t.state, A, [awaited("img-1")]);
      await setAwaited(t.state, other, [{ ...awaited("img-1"), account: other }]);
      await t.state.save(A, { run: run("r1", 1) });
      await append(t.state, A, [entry(1, "x")]);
      for (let times = 0; times < 2; times += 1) {
        await t.state.forget(A);
        expect(await copiesOf(await t.open(), A)).toEqual([]);
        expect(await awaitedOf(t.state, A)).toEqual([]);
      }
      expect(await recordOf(t.state, A)).toStrictEqual(record);
      expect(await t.state.runs(A, 10)).toHaveLength(1);
      expect(await t.state.entries(A, 10)).toHaveLength(1);
      expect(await copiesOf(t.state, other)).toStrictEqual([kept]);
      expect(await awaitedOf(t.state, other)).toHaveLength(1);
    });

    it("shows every record after it is opened again", async () => {
      const copy = await saveCopy(t.state, copyOf({}));
      const account = await saveRecord(t.state, accountRecord());
      await setAwaited(t.state, A, [awaited("img-1")]);
      await t.state.save(A, { run: run("r1", 1) });
      await append(t.state, A, [entry(1, "x")]);
      await t.state.close();
      const next = await t.open();
      await append(next, A, [entry(1, "y")]);
      expect(await copiesOf(next, A)).toStrictEqual([copy]);
      expect(await recordOf(next, A)).toStrictEqual(account);
      expect(await awaitedOf(next, A)).toStrictEqual([awaited("img-1")]);
      expect(await next.runs(A, 10)).toStrictEqual([run("r1", 1)]);
      expect((await next.entries(A, 10)).map((found) => found.text).sort()).toEqual(["x", "y"]);
    });

    it("can be closed twice, and then refuses every call", async () => {
      await t.state.close();
      await t.state.close();
      await expect(copiesOf(t.state, A)).rejects.toThrow(StateError);
      await expect(saveCopy(t.state, copyOf({}))).rejects.toThrow("already closed");
    });
  });
}
