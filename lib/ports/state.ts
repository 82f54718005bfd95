import type { AccountRecord, AwaitedImage, Copy, JournalEntry, Millis, Run } from "../types.ts";

/**
 * The memory of the replicator. Correctness rests on two promises only, each about one record: `saveCopy` creates a
 * record once and replaces it only at the version that was read. No verb is a transaction over several records, so a
 * store without SQL can stand behind this port; `test/support/directory-state.ts` keeps that honest.
 *
 * Every verb throws `StateError` when the store cannot be reached or answers wrongly.
 */
export interface State {
  /** All copies of an account. */
  copies(account: string): Promise<Copy[]>;
  /**
   * Stores a copy. `version` 0 creates it once; any other replaces exactly that version, also where the copy was
   * forgotten, or lost with the whole state, and created anew: no version comes twice, so the first is a random one.
   * Answers the stored copy with its new version, or undefined if somebody else was first: nothing is stored then.
   */
  saveCopy(copy: Copy): Promise<Copy | undefined>;

  account(account: string): Promise<AccountRecord | undefined>;
  /** As `saveCopy`, for the record of the account. */
  saveAccount(record: AccountRecord): Promise<AccountRecord | undefined>;

  awaited(account: string): Promise<AwaitedImage[]>;
  /** Adds and removes images to wait for; adding one twice keeps the first. */
  setAwaited(add: readonly AwaitedImage[], remove: readonly AwaitedImage[]): Promise<void>;

  /**
   * Deletes all copies and awaited images of an account, whatever is in them, and its record if that is damaged. May be
   * repeated where it ended half-way.
   */
  forget(account: string): Promise<void>;

  saveRun(run: Run): Promise<void>;
  /** The latest runs, newest first. */
  runs(account: string, limit: number): Promise<Run[]>;
  /** Deletes the runs that began, and the journal lines that were written, before a time. */
  prune(account: string, before: Millis): Promise<void>;

  close(): Promise<void>;
}

/** The append-only record of every decision and of every call that changes something. */
export interface Journal {
  append(entries: readonly JournalEntry[]): Promise<void>;
}

/** A journal that can be read again. */
export interface ReadableJournal extends Journal {
  /** The latest entries, newest first, optionally of one image (as root or as copy). */
  entries(account: string, limit: number, imageId?: string): Promise<JournalEntry[]>;
}
