// What the parts of `apply` share: the basis of a plan, its result, and the context of its actions.
import type { JournalMessage } from "../model/messages/journal.ts";
import type { Observation } from "../model/observation.ts";
import type { CopyChange, RunDeps } from "../model/ports.ts";
import type { AccountRecord, Copy, CopyPhase, ImageRef, JournalEntry, Millis } from "../model/types.ts";
import type { Action, CloudCall, Send } from "../plan/types.ts";
import type { Ledger } from "./ledger.ts";

/** What a plan was made from, as far as its application depends on that. */
export interface PlanBasis {
  readonly runId: string;
  readonly record: AccountRecord;
  /** When each region was read. The process may have been frozen since then. */
  readonly observation: Pick<Observation, "regions">;
  /**
   * The calls on images that this run has made. A call without a visible effect is left to the next
   * run.
   */
  readonly changed: Set<string>;
  /** The copies whose image this run has deleted or unshared, by `copyId`. */
  readonly deleted: Set<string>;
  /** The copies as this run knows them, by `copyId`. What is saved here is added. */
  readonly known: Map<string, Copy>;
  /** The number of copies in each phase, of all copies of the account. Kept while copies are saved. */
  readonly totals: Map<CopyPhase, number>;
  /** The sources of the copies that this run has saved, by `rootRefId`. */
  readonly saved: Map<string, ImageRef>;
  /** The entries that go with the next save of the run: see `LedgerDeps.carried`. */
  readonly carried?: JournalEntry[];
}

/** The result of applying a plan. */
export interface Applied {
  /** Number of applied actions, by kind. */
  readonly actions: Readonly<Record<string, number>>;
  readonly failures: number;
  /** Something changed that may allow another step at once. */
  readonly moved: boolean;
  /** The deadline was reached before the plan was applied completely. */
  readonly stoppedEarly: boolean;
  /** The calls that were not made, because the reading that they are based on was stale. */
  readonly stale: number;
  /** The regions in which a call was made or tried, which may have changed something there. */
  readonly touched: ReadonlySet<string>;
  /** Progress that is worth saving, at the end of the run. */
  readonly progress: readonly CopyChange[];
}

/**
 * What the journal records of one call to the cloud: its request id, and its error code if it
 * failed.
 */
export interface CallResult {
  readonly requestId?: string | undefined;
  readonly code?: string | undefined;
}

/** The change of a record, with its journal message and the entries that follow if it is saved. */
export interface RecordedChange {
  readonly copy: Copy;
  readonly message: JournalMessage;
  readonly followedBy?: readonly JournalEntry[];
}

/** What the actions of one plan share. */
export interface ApplyContext extends RunDeps {
  /**
   * Saves records with their journal entries in one go. Answers each copy as stored; undefined if
   * another process changed the record first.
   */
  saveAll(changes: readonly RecordedChange[], entries?: readonly JournalEntry[]): ReturnType<Ledger["save"]>;
  /** The same for one record that the next call depends on. */
  save(copy: Copy, message: JournalMessage, callResult?: CallResult): Promise<Copy | undefined>;
  /** Saves the outcome of a call together with others, a little later: see `Ledger.note`. */
  note(copy: Copy, message: JournalMessage, callResult?: CallResult): Promise<void>;
  /** Notes a journal entry about a call, without a change of the record. */
  report(message: JournalMessage, about: CallAbout): Promise<void>;
  /** The entry itself, to be saved with others. */
  entryOf(message: JournalMessage, about: CallAbout): JournalEntry;
  /** Saves all that is noted. */
  flush(): Promise<void>;
  /** The copy as this plan has saved it; undefined if another process changed it first. */
  latest(copy: Copy): Copy | undefined;
  /**
   * Whether the state is still the one from which the plan was made, and was not lost in the
   * meantime.
   */
  sameState(): Promise<boolean>;
  /** Until when the readings that an action depends on are fresh. */
  freshUntil(action: Action): Millis;
  /** Whether too little time is left for a call, or the user has ended the run. Counts if so. */
  isTooLate(needs: Millis): boolean;
  /** Whether a call may begin: there is time for it, and its readings are fresh. Counts if not. */
  mayBegin(call: Send | ImageCall, needs: Millis): boolean;
  /** Counts a call that was left out, because its readings had become stale. */
  countStale(): void;
  /** Counts an action that was applied. `moved`: it may allow another step at once. */
  count(kind: Action["do"], moved?: boolean): void;
  /** The number of attempts that the policy of a copy allows; infinite if the policy is gone. */
  attemptsOf(copy: Copy): number;
  /** How long a copy may get nowhere under its policy; infinite if the policy is gone. */
  stuckAfterOf(copy: Copy): Millis;
}

/** A call on one image. */
export type ImageCall = Exclude<CloudCall, { do: "send" }>;

/** What an entry about a call is about. */
export type CallAbout = { readonly copy: Copy; readonly image: ImageRef } & CallResult;
