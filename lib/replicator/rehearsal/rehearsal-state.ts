// The state of a rehearsal: a copy of the records in memory, so that a rehearsed run stores nothing.
import { copyId } from "../../model/identity.ts";
import type { State } from "../../model/ports.ts";
import type { AccountRecord } from "../../model/types.ts";

/**
 * The records of the account as they are now. What is stored here stays here, and has no history.
 * Always answers all copies, which is more than was asked for.
 */
export async function rehearsalState(account: string, state: State): Promise<State> {
  const { record: before, awaited, copies: stored, totals } = await state.read(account, { all: true });
  const copies = new Map(stored.map((copy) => [copyId(copy.key), copy]));
  let record: AccountRecord | undefined = before;
  return {
    read: async () => ({ record, awaited, copies: [...copies.values()], totals }),
    async save(_, changes) {
      const saved = (changes.copies ?? []).map(({ copy }) => ({ ...copy, version: copy.version + 1 }));
      for (const copy of saved) copies.set(copyId(copy.key), copy);
      if (changes.record) record = { ...changes.record, version: changes.record.version + 1 };
      return { copies: saved, record: changes.record && record };
    },
    forget: async () => {},
    runs: async () => [],
    accounts: async () => [],
    entries: async () => [],
    unsent: async () => [],
    markSent: async () => {},
    deleteHistoryBefore: async () => {},
    close: async () => {},
  };
}
