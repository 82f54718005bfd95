// Reads the records of an account, and changes the account record by compare-and-swap.
import { StateError } from "../model/errors.ts";
import { fullText } from "../model/messages/define.ts";
import { runMessage } from "../model/messages/run.ts";
import type { State } from "../model/ports.ts";
import type { AccountRecord } from "../model/types.ts";

/** Other processes change the record too, but rarely and quickly. */
const MOST_TRIES = 20;

/**
 * Changes the record of an account by compare-and-swap. If another process was first, `change` is
 * applied again to what that process stored, so that no change is lost. `change` answers undefined
 * if there is nothing to change.
 *
 * Answers the record as it is stored then. Throws `StateError` if other processes were first too
 * often.
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
  throw new StateError(fullText(runMessage("account-contended", { account })));
}

/** The records of an account at the beginning of a round. */
export async function readRecords(account: string, { state }: { state: State }) {
  const [copies, awaited, record] = await Promise.all([
    state.copies(account),
    state.awaited(account),
    state.account(account),
  ]);
  return { copies, awaited, record };
}
