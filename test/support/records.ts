// Short forms for tests: one record of a state at a time.

import type { Journal, State } from "../../lib/model/ports.ts";
import type { AccountRecord, AwaitedImage, Copy } from "../../lib/model/types.ts";
import { type KnownAccount, knownAccount } from "../../lib/record/account-record.ts";

/** A journal that nobody reads: the state keeps the entries. */
export const NO_JOURNAL: Journal = { append: async () => {} };

/** All copies of an account. */
export async function copiesOf(state: State, account: string): Promise<readonly Copy[]> {
  return (await state.read(account, { all: true })).copies;
}

/** The record of an account. */
export async function recordOf(state: State, account: string): Promise<AccountRecord | undefined> {
  return (await state.read(account)).record;
}

/** The account as a run knows it that has just read it. */
export async function knownOf(state: State, account: string): Promise<KnownAccount> {
  return knownAccount(account, await recordOf(state, account), state);
}

/** The awaited images of an account. */
export async function awaitedOf(state: State, account: string): Promise<readonly AwaitedImage[]> {
  return (await state.read(account)).awaited;
}

/** Saves one copy; undefined if another process was first. */
export async function saveCopy(state: State, copy: Copy): Promise<Copy | undefined> {
  return (await state.save(copy.key.account, { copies: [{ copy }] })).copies[0];
}

/** Saves the record of an account; undefined if another process was first. */
export async function saveRecord(state: State, record: AccountRecord): Promise<AccountRecord | undefined> {
  return (await state.save(record.account, { record })).record;
}
