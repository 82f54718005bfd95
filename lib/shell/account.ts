import { isUnderWay, TURN } from "../core/timer.ts";
import { StateError } from "../errors.ts";
import type { State } from "../ports/state.ts";
import type { AccountRecord } from "../types.ts";
import type { Replicator } from "./tools.ts";

/** Others change the record too, seldom and quickly. */
const MOST_TRIES = 20;

/**
 * Changes the record of an account, anew where somebody else was first, so that nothing that several runs write there
 * gets lost. `change` answers undefined where there is nothing to change.
 */
export async function changeAccount(
  account: string,
  change: (record: AccountRecord | undefined) => AccountRecord | undefined,
  state: State,
): Promise<AccountRecord | undefined> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const record = await state.account(account);
    const changed = change(record);
    if (!changed) return record;
    const saved = await state.saveAccount(changed);
    if (saved) return saved;
  }
  throw new StateError(`the record of account ${account} is changed by others all the time; run again`);
}

/** Takes or renews the timer's turn; false if another run of the timer has it. Without a record everybody has it. */
export async function takeTurn(account: string, { state, me, now, isDead }: Replicator): Promise<boolean> {
  let mine = true;
  await changeAccount(
    account,
    (record) => {
      mine = !isUnderWay(record?.timer, me, now(), isDead);
      return record && mine ? { ...record, timer: { by: me, until: now() + TURN } } : undefined;
    },
    state,
  );
  return mine;
}

/** Gives the turn back. If that fails, it ends by itself. */
export async function leaveTurn(account: string, { state, me }: Replicator): Promise<void> {
  await changeAccount(
    account,
    (record) => {
      if (record?.timer?.by.id !== me.id) return undefined;
      const { timer: _, ...rest } = record;
      return rest;
    },
    state,
  ).catch(() => {});
}
