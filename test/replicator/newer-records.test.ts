// An older program works with the records of a newer one: a rollback, or the time while both versions run.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Copy } from "../../lib/model/types.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { copiesOf, recordOf } from "../support/records.ts";
import { poll, sweep, type TestWorld, testWorld } from "../support/world.ts";
import { golden, MINUTE, READY, states } from "./reconcile-world.ts";

const ACCOUNT = "100000000001";
/** Members that this version does not know, at each level of a record. */
const UNKNOWN = { ofNewer: { list: [1], text: "x" } };

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

/** Writes every record as a newer program would: with members that this one does not know. */
async function writeAsNewer(): Promise<void> {
  const record = await recordOf(t.state, ACCOUNT);
  const copies = await copiesOf(t.state, ACCOUNT);
  const withUnknown = (copy: Copy) =>
    ({ ...copy, ...UNKNOWN, ...("claim" in copy && { claim: { ...copy.claim, ...UNKNOWN } }) }) as Copy;
  await t.state.save(ACCOUNT, {
    ...(record && { record: { ...record, ...UNKNOWN } }),
    copies: copies.map((copy) => ({ copy: withUnknown(copy) })),
  });
}

const withUnknown = async () =>
  (await copiesOf(t.state, ACCOUNT)).filter((copy) => "ofNewer" in copy).map(({ key }) => key.region);

describe("a program that meets members it does not know", () => {
  it("finishes copies in every phase all the same, and makes none twice", async () => {
    t.bake();
    const program = t.instance([golden]);
    await replicate(sweep, program);
    for (let minute = 0; minute < 60; minute += 1) {
      await writeAsNewer();
      t.pass(MINUTE);
      await replicate(poll, program);
    }
    expect(states(await copiesOf(t.state, ACCOUNT))).toEqual(READY);
    expect(t.copies()).toHaveLength(3);
    expect(t.syncs()).toBe(1);
  });

  it("keeps them in the account's record, and in a copy as long as that stays as it is", async () => {
    t.bake();
    const program = t.instance([golden]);
    await t.settle(program);
    await writeAsNewer();
    t.pass(MINUTE);
    await replicate(sweep, program);
    await replicate(poll, program);
    expect(await recordOf(t.state, ACCOUNT)).toMatchObject(UNKNOWN);
    expect((await withUnknown()).sort()).toEqual(["ap-beijing", "ap-shanghai", "ap-singapore"]);
  });

  it("drops them from a copy whose phase it changes: they described the phase before", async () => {
    t.bake();
    await t.settle(t.instance([golden]));
    await writeAsNewer();
    const smaller = t.instance([{ ...golden, to: ["ap-shanghai"] }]);
    t.pass(MINUTE);
    await replicate(sweep, smaller);
    expect(states(await copiesOf(t.state, ACCOUNT))).toEqual([
      "ap-beijing retired",
      "ap-shanghai ready",
      "ap-singapore retired",
    ]);
    expect(await withUnknown()).toEqual(["ap-shanghai"]);
  });
});
