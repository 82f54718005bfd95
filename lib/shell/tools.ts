import type { Cloud } from "../ports/cloud.ts";
import type { Journal, State } from "../ports/state.ts";
import type { Claimant, Copy, CopyKey, ImageRef, Millis, Policy } from "../types.ts";

/** What carrying out a plan needs. */
export interface Tools {
  readonly cloud: Cloud;
  readonly state: State;
  readonly journal: Journal;
  readonly policies: readonly Policy[];
  readonly me: Claimant;
  readonly now: () => Millis;
  /** Nothing is begun that would not end before this time; it may come nearer, when a person interrupts. */
  readonly stopAt: () => Millis;
  /** How long a copy that was asked for may take to be visible. */
  readonly settle: Millis;
  /** Calls at the same time. */
  readonly concurrency: number;
}

/** What a replicator is made of: put together in one place (`open.ts`) and passed on from there. */
export interface Replicator extends Tools {
  /** Whether a process of this host is proven to be dead. */
  readonly isDead: (claimant: Claimant) => boolean;
}

/** What one call to the cloud told, for the journal. */
export interface Told {
  readonly requestId?: string | undefined;
  readonly code?: string | undefined;
}

/** What the steps of one plan share. */
export interface Applying extends Tools {
  /** Stores a change of a copy and journals it; undefined if somebody else changed the copy first. */
  save(copy: Copy, what: string, text: string, told?: Told): Promise<Copy | undefined>;
  /** Journals a call that changed no record. */
  tell(what: string, text: string, about: { key: CopyKey; image: ImageRef } & Told): Promise<void>;
  /** Whether the state is still the one that the plan was made from, and was not lost meanwhile. */
  sameState(): Promise<boolean>;
  /** The number of attempts that the policy of a copy allows. */
  attemptsOf(copy: Copy): number;
}
