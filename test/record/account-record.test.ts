// The record of an account, changed while other processes change it too.
import { beforeEach, describe, expect, it } from "vitest";
import { StateError } from "../../lib/model/errors.ts";
import type { Run } from "../../lib/model/types.ts";
import { changeAccount, knownAccount } from "../../lib/record/account-record.ts";
import { ACCOUNT, BORN, NOW } from "../support/builders.ts";
import { emptyMemory, type Memory, memoryState } from "../support/memory-state.ts";
import { knownOf, recordOf, saveRecord } from "../support/records.ts";
import { type Watched, watched } from "../support/watched-state.ts";

const BEAT = 7;

let memory: Memory;
/** The state as other processes use it. */
let theirs: ReturnType<typeof memoryState>;
/** What another process does before the n-th save. */
let before: (nth: number) => Promise<unknown>;
let watch: Watched;
beforeEach(async () => {
  memory = emptyMemory();
  theirs = memoryState(memory);
  await saveRecord(theirs, { ...BORN, version: 0 });
  before = async () => {};
  watch = watched(memoryState(memory), () => before(watch.saves.length));
});

const run: Run = {
  ...{ id: "run", account: ACCOUNT, trigger: "timer", startedAt: NOW, endedAt: NOW },
  ...{ actions: {}, failures: 0, stoppedEarly: false, problems: [] },
};
const changeTheirs = async () => {
  const record = await recordOf(theirs, ACCOUNT);
  if (record) await saveRecord(theirs, { ...record, lastSweepAt: (record.lastSweepAt ?? 0) + 1 });
};

describe("a change of the account record", () => {
  it("is one save and no read if no other process was first", async () => {
    const known = await knownOf(watch.state, ACCOUNT);
    watch.forget();
    const answer = await known.change((record) => record && { ...record, heartbeatAt: BEAT });
    const again = await known.change((record) => record && { ...record, heartbeatAt: BEAT + 1 });
    expect([watch.reads.length, watch.saves.length]).toEqual([0, 2]);
    expect(answer?.heartbeatAt).toBe(BEAT);
    expect(again).toEqual(await recordOf(theirs, ACCOUNT));
    expect(known.latest()).toEqual(again);
  });

  it("is applied to what another process stored, so that neither change is lost", async () => {
    const known = await knownOf(watch.state, ACCOUNT);
    before = async (nth) => nth < 3 && (await changeTheirs());
    watch.forget();
    await known.change((record) => record && { ...record, heartbeatAt: BEAT });
    expect([watch.reads.length, watch.saves.length]).toEqual([2, 3]);
    expect(await recordOf(theirs, ACCOUNT)).toMatchObject({ heartbeatAt: BEAT, lastSweepAt: 2 });
    expect(known.latest()).toEqual(await recordOf(theirs, ACCOUNT));
  });

  it("is given up if another process has stored what makes it needless", async () => {
    const known = await knownOf(watch.state, ACCOUNT);
    before = async (nth) => nth === 1 && (await changeTheirs());
    const answer = await known.change((record) =>
      record && record.lastSweepAt === undefined ? { ...record, heartbeatAt: BEAT } : undefined,
    );
    expect(answer).toEqual(await recordOf(theirs, ACCOUNT));
    expect(answer).toMatchObject({ lastSweepAt: 1 });
    expect(answer?.heartbeatAt).toBeUndefined();
  });

  it("throws after 20 tries", async () => {
    const known = await knownOf(watch.state, ACCOUNT);
    before = changeTheirs;
    await expect(known.change((record) => record && { ...record, heartbeatAt: BEAT })).rejects.toThrow(StateError);
    expect(watch.saves).toHaveLength(20);
    expect((await recordOf(theirs, ACCOUNT))?.heartbeatAt).toBeUndefined();
  });

  it("begins with what the run has learned of the record", async () => {
    const known = knownAccount(ACCOUNT, undefined, watch.state);
    known.learn(await recordOf(theirs, ACCOUNT));
    await known.change((record) => record && { ...record, heartbeatAt: BEAT });
    expect([watch.reads.length, watch.saves.length]).toEqual([0, 1]);
    expect((await recordOf(theirs, ACCOUNT))?.heartbeatAt).toBe(BEAT);
  });

  it("reads the record first outside of a run", async () => {
    await changeAccount(ACCOUNT, (record) => record && { ...record, heartbeatAt: BEAT }, watch.state);
    expect([watch.reads.length, watch.saves.length]).toEqual([1, 1]);
    expect((await recordOf(theirs, ACCOUNT))?.heartbeatAt).toBe(BEAT);
  });
});

describe("what is saved with the account record", () => {
  it("is saved once, with the first try", async () => {
    const known = await knownOf(watch.state, ACCOUNT);
    before = async (nth) => nth < 3 && (await changeTheirs());
    await known.change((record) => record && { ...record, heartbeatAt: BEAT }, { run });
    expect(watch.saves.map((changes) => changes.run?.id)).toEqual(["run", undefined, undefined]);
    expect(await theirs.runs(ACCOUNT, 9)).toEqual([run]);
    expect((await recordOf(theirs, ACCOUNT))?.heartbeatAt).toBe(BEAT);
  });

  it("is saved also if there is nothing to change, and the record then stays", async () => {
    const known = await knownOf(watch.state, ACCOUNT);
    const record = await recordOf(theirs, ACCOUNT);
    expect(await known.change(() => undefined, { run })).toEqual(record);
    expect(watch.saves).toEqual([{ run }]);
    expect(await theirs.runs(ACCOUNT, 9)).toEqual([run]);
    expect(await recordOf(theirs, ACCOUNT)).toEqual(record);
  });

  it("is no save if there is nothing of either", async () => {
    await (await knownOf(watch.state, ACCOUNT)).change(() => undefined);
    expect(watch.saves).toEqual([]);
  });
});
