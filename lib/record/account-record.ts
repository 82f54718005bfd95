// The record of an account during one run: known, and changed by compare-and-swap.
import { StateError } from "../model/errors.ts";
import { fullText } from "../model/messages/define.ts";
import { runMessage } from "../model/messages/run.ts";
import type { Changes, State } from "../model/ports.ts";
import type { AccountRecord } from "../model/types.ts";

/** Other processes change the record too, but rarely and quickly. */
const MOST_TRIES = 20;

/** Changes a record. Undefined if there is nothing to change. */
export type Change = (record: AccountRecord | undefined) => AccountRecord | undefined;

/** The record of one account, as a run knows it. */
export interface KnownAccount {
  readonly account: string;
  /** As it was last read or saved. */
  latest(): AccountRecord | undefined;
  /** Takes note of the record as it was read elsewhere. */
  learn(record: AccountRecord | undefined): void;
  /**
   * Changes the record, at first from what is known of it: one save. If another process was first,
   * the record is read, and `change` is applied to what that process stored, so that no change is
   * lost. `also` is saved with it, or alone if there is nothing to change.
   *
   * Answers the record as it is stored then. Throws `StateError` if other processes were first too
   * often.
   */
  change(change: Change, also?: Omit<Changes, "record">): Promise<AccountRecord | undefined>;
}

/** What works on the record of one account. */
export interface OfAccount {
  readonly known: KnownAccount;
}

/** The record of an account that was just read. */
export function knownAccount(account: string, first: AccountRecord | undefined, state: State): KnownAccount {
  let latest = first;
  return {
    account,
    latest: () => latest,
    learn(record) {
      latest = record;
    },
    async change(change, also) {
      let toSave = also;
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        if (tries > 0) latest = (await state.read(account)).record;
        const changed = change(latest);
        if (changed || toSave) {
          const { record } = await state.save(account, { ...toSave, ...(changed && { record: changed }) });
          toSave = undefined;
          if (changed && record) latest = record;
          if (changed && !record) continue;
        }
        return latest;
      }
      throw new StateError(fullText(runMessage("account-contended", { account })));
    },
  };
}

/** Reads the record, and changes it: for what happens outside of a run. See `KnownAccount.change`. */
export async function changeAccount(account: string, change: Change, state: State): Promise<AccountRecord | undefined> {
  const { record } = await state.read(account);
  return knownAccount(account, record, state).change(change);
}
