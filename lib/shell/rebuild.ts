import { StateError } from "../errors.ts";
import { changeAccount } from "./account.ts";
import { unknownUntil } from "./memory.ts";
import { type Report, replicate } from "./replicate.ts";
import type { Replicator } from "./tools.ts";

/**
 * Forgets the copies of the account and finds them again in the cloud, where nothing is changed. For a state that is
 * damaged, or that is older than the cloud. Other processes may run meanwhile; and a call that is under way, or that the
 * state does not know of, leads to no second copy:
 *
 * 1. The account is born again. Whoever has made a plan before sends nothing any more (`sameState`); whoever makes one
 *    now waits for what is not seen. Without this, somebody who read the state between 2 and 3 would take all for missing.
 * 2. The copies are forgotten, and with them the claims. Whoever knows one of them cannot replace it any more.
 * 3. The account is born once more: a claim may have been made, sent and forgotten between 1 and 2, and the time in
 *    which its call may still have an effect is counted from 2.
 *
 * If it ends half-way: 1 alone only makes others wait, and all of it can be done again.
 */
export async function rebuild(tools: Replicator): Promise<Report> {
  const { cloud, state } = tools;
  const account = await cloud.account();
  try {
    await bearAgain(account, tools);
  } catch (error) {
    // Nobody can plan or send with a record that nobody can read; forgetting removes it.
    if (!(error instanceof StateError && error.damaged)) throw error;
  }
  await state.forget(account);
  await bearAgain(account, tools);
  return replicate({ why: "rebuild", scope: { kind: "sweep" }, noCalls: true }, tools);
}

async function bearAgain(account: string, { state, now, settle }: Replicator): Promise<void> {
  await changeAccount(
    account,
    (record) => {
      const { sweptAt: _, ...kept } = record ?? { account, version: 0 };
      // Never the same time again, or a plan from before would look like one of today.
      const bornAt = Math.max(now(), (record?.bornAt ?? 0) + 1);
      return { ...kept, bornAt, unknownUntil: unknownUntil(now(), settle) };
    },
    state,
  );
}
