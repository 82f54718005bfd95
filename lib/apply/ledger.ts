// Saves records and journal entries in batches: what is decided together is one save.
import { copyId } from "../model/identity.ts";
import type { CopyChange, Journal, State } from "../model/ports.ts";
import type { Copy, JournalEntry, Millis } from "../model/types.ts";

/** The most copies and entries of one save. */
const BATCH = 300;
/** How long the outcome of a call may wait to be saved together with others. */
const PATIENCE: Millis = 5_000;

/** The records and the journal, while a plan is applied. */
export interface Ledger {
  /**
   * Saves these copies, each with its entries, and further entries. Answers each copy as it is stored
   * now; undefined if another process was first.
   */
  save(changes: readonly CopyChange[], entries?: readonly JournalEntry[]): Promise<readonly (Copy | undefined)[]>;
  /**
   * Saves an outcome later, together with others: what came of a call can be found in the cloud
   * again, so that little is lost if the process is killed before.
   */
  note(outcome: { readonly change?: CopyChange; readonly entry?: JournalEntry }): Promise<void>;
  /** Saves all outcomes that are noted; entries alone may go with the next save of the run (`LedgerDeps.carried`). */
  flush(): Promise<void>;
}

/** What a ledger needs. `saved` hears of every copy that was to be saved, and what became of it. */
export interface LedgerDeps {
  readonly state: State;
  readonly journal: Journal;
  readonly now: () => Millis;
  readonly saved: (change: CopyChange, stored: Copy | undefined) => void;
  /**
   * Where entries wait that belong to no change of a record, so that they cost no save of their own. The
   * caller saves what is left in it at the end of the run. Without it every flush saves them.
   */
  readonly carried?: JournalEntry[] | undefined;
}

/** Opens a ledger for an account. Its methods throw `StateError`. */
export function openLedger(account: string, { state, journal, now, saved, carried }: LedgerDeps): Ledger {
  let changes: CopyChange[] = [];
  const entries = carried ?? [];
  let notedSince: Millis | undefined;

  const saveBatch = async (copies: readonly CopyChange[], alone: readonly JournalEntry[]) => {
    const { copies: stored } = await state.save(account, { copies, entries: alone });
    copies.forEach((change, i) => saved(change, stored[i]));
    const written = copies.flatMap(({ entries = [] }, i) => (stored[i] ? entries : []));
    if (written.length + alone.length > 0) await journal.append([...written, ...alone]);
    return stored;
  };

  const saveAll = async (copies: readonly CopyChange[], alone: readonly JournalEntry[]) => {
    if (copies.length + alone.length === 0) return [];
    const stored: (Copy | undefined)[] = [];
    for (let at = 0; at === 0 || at < copies.length; at += BATCH) {
      stored.push(...(await saveBatch(copies.slice(at, at + BATCH), at === 0 ? alone : [])));
    }
    return stored;
  };

  const save: Ledger["save"] = (copies, alone = []) => {
    if (!carried || copies.length + alone.length === 0) return saveAll(copies, alone);
    if (changes.length === 0) notedSince = undefined;
    return saveAll(copies, [...carried.splice(0), ...alone]);
  };

  const saveNoted = async (): Promise<void> => {
    const noted = changes;
    changes = [];
    notedSince = undefined;
    await saveAll(noted, entries.splice(0));
  };

  return {
    save,
    flush: async () => {
      if (!carried || changes.length > 0) await saveNoted();
    },
    async note({ change, entry }) {
      // One save has each copy at most once.
      if (change && changes.some(({ copy }) => copyId(copy.key) === copyId(change.copy.key))) await saveNoted();
      if (change) changes.push(change);
      if (entry) entries.push(entry);
      notedSince ??= now();
      if (changes.length + entries.length >= BATCH || Math.abs(now() - notedSince) >= PATIENCE) await saveNoted();
    },
  };
}
