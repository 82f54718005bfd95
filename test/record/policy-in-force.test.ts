// Since when the policy of a run alone has run, and until when it takes nothing back.

import { afterEach, beforeEach, expect, it } from "vitest";
import { brakeOf, recordPolicy } from "../../lib/record/policy-in-force.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT, policy } from "../support/builders.ts";
import { knownOf, recordOf, saveRecord } from "../support/records.ts";
import { type Instance, sweep, type TestWorld, testWorld } from "../support/world.ts";

const MINUTE = 60_000;
const sweepEvery = 10 * MINUTE;

let t: TestWorld;
let one: Instance;
let other: Instance;
beforeEach(async () => {
  t = await testWorld();
  one = t.instance([policy()], { sweepEvery });
  other = t.instance([policy({ to: ["ap-shanghai"] })], { sweepEvery });
  await replicate(sweep, other);
  t.pass(MINUTE);
  await replicate(sweep, one);
});
afterEach(() => t.close());

/** Whether a run of this program may take something back now, and whether it is unconfirmed. */
async function mayTakeBack(program: Instance, confirmed?: boolean, mode: "apply" | "dry-run" = "apply") {
  const request = { mode, ...(confirmed !== undefined && { confirmed }) };
  const inForce = await recordPolicy(await knownOf(t.state, ACCOUNT), request, program);
  const record = await recordOf(t.state, ACCOUNT);
  if (!record) throw new Error("no account record");
  const brake = brakeOf(record, inForce, request, program);
  return brake ? (brake.isUnconfirmed ? "unconfirmed" : "later") : "now";
}

it("the first policy of an account takes something back at once, because nothing was given before", async () => {
  await t.forget();
  const first = t.instance([policy()], { sweepEvery });
  t.bake();
  await replicate(sweep, first);
  expect(await mayTakeBack(first)).toBe("now");
  expect(await mayTakeBack(t.instance([policy({ to: ["ap-shanghai"] })], { sweepEvery }))).toBe("later");
  expect(await mayTakeBack(first)).toBe("later");
});

it("the first policy after a loss of the state does not: the copies are of an earlier one", async () => {
  t.bake();
  await t.settle(one);
  await t.forget();
  const next = t.instance([policy()], { sweepEvery });
  await replicate(sweep, next);
  expect(await mayTakeBack(next)).toBe("later");
});

it("a policy takes something back once it alone has run for two SWEEP_EVERY", async () => {
  expect(await mayTakeBack(one)).toBe("later");
  t.pass(2 * sweepEvery - 1);
  expect(await mayTakeBack(one)).toBe("later");
  t.pass(1);
  expect(await mayTakeBack(one)).toBe("now");
});

it("each run of another policy starts the time anew, for both", async () => {
  for (let round = 0; round < 9; round += 1) {
    t.pass(9 * MINUTE);
    expect(await mayTakeBack(one)).toBe("later");
    t.pass(9 * MINUTE);
    expect(await mayTakeBack(other)).toBe("later");
  }
});

it("a dry run changes nothing", async () => {
  t.pass(2 * sweepEvery);
  expect(await mayTakeBack(other, undefined, "dry-run")).toBe("later");
  expect(await mayTakeBack(one)).toBe("now");
});

it("a command with another policy has to be confirmed; one with the same policy only waits", async () => {
  expect(await mayTakeBack(one, false)).toBe("later");
  expect(await mayTakeBack(other, false)).toBe("unconfirmed");
  expect(await mayTakeBack(other, true)).toBe("now");
});

it("a time in the future, which a wrong clock wrote, does not last", async () => {
  const record = await recordOf(t.state, ACCOUNT);
  const since = one.now() + 1000 * MINUTE;
  if (record?.policy) await saveRecord(t.state, { ...record, policy: { ...record.policy, since } });
  await mayTakeBack(one);
  t.pass(2 * sweepEvery);
  expect(await mayTakeBack(one)).toBe("now");
});
