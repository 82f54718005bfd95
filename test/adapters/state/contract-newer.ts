// The contract of the state for records that a newer program wrote: what this program does not know stays.
import { expect, it } from "vitest";
import type { AccountRecord, Copy, JournalEntry, Run } from "../../../lib/model/types.ts";
import { copiesOf, recordOf, saveCopy, saveRecord } from "../../support/records.ts";
import { append } from "./calls.ts";
import type { Fixture } from "./contract.ts";
import { A, accountRecord, copyOf, entry, run } from "./samples.ts";

/** A record with members that this program does not know. */
const ofNewer = <T extends object>(record: T): T => ({
  ...record,
  ofNewer: { list: [1, null], text: "é" },
  flag: true,
});

/** The tests of records of a newer program, for the store of `t`. */
export function newerContract(t: Fixture): void {
  it("keeps the members of a copy that this program does not know, when it is read, found and saved again", async () => {
    const first = await saveCopy(t.state, ofNewer<Copy>(copyOf({})));
    const [read] = await copiesOf(await t.open(), A);
    expect(read).toStrictEqual(first);
    const second = await saveCopy(t.state, { ...read!, policy: "second" });
    expect(await copiesOf(await t.open(), A)).toStrictEqual([second]);
    expect(second).toMatchObject(ofNewer({ policy: "second" }));
  });

  it("keeps the members of an account, a run and a journal line that this program does not know", async () => {
    const account = await saveRecord(t.state, ofNewer<AccountRecord>(accountRecord()));
    await saveRecord(t.state, { ...account!, lastSweepAt: 7 });
    expect(await recordOf(await t.open(), A)).toMatchObject(ofNewer({ lastSweepAt: 7 }));
    await t.state.save(A, { run: ofNewer<Run>(run("r1", 1)) });
    await append(t.state, A, [ofNewer<JournalEntry>(entry(1, "x"))]);
    expect(await t.state.runs(A, 1)).toMatchObject([ofNewer({ id: "r1" })]);
    expect(await t.state.entries(A, 1)).toMatchObject([ofNewer({ text: "x" })]);
  });
}
