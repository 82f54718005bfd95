// Changes the account record by compare-and-swap.
import { StateError } from "../model/errors.ts";
import type { State } from "../model/ports.ts";
import type { AccountRecord } from "../model/types.ts";

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

/** What is remembered of an account when a round begins. */
export async function readRecords(account: string, { state }: { state: State }) {
  const [copies, awaited, record] = await Promise.all([
    state.copies(account),
    state.awaited(account),
    state.account(account),
  ]);
  return { copies, awaited, record };
}
