// What the actions of one plan share: save and tell.
import type { JournalMessage } from "../model/messages/journal.ts";
import type { RunDeps } from "../model/ports.ts";
import type { Copy, CopyKey, ImageRef } from "../model/types.ts";

/** What one call to the cloud told, for the journal. */
export interface CallResult {
  readonly requestId?: string | undefined;
  readonly code?: string | undefined;
}

/** What the steps of one plan share. */
export interface ApplyContext extends RunDeps {
  /** Stores a change of a copy and journals it; undefined if somebody else changed the copy first. */
  save(copy: Copy, message: JournalMessage, callResult?: CallResult): Promise<Copy | undefined>;
  /** Journals a call that changed no record. */
  report(message: JournalMessage, about: { key: CopyKey; image: ImageRef } & CallResult): Promise<void>;
  /** Whether the state is still the one that the plan was made from, and was not lost meanwhile. */
  sameState(): Promise<boolean>;
  /** The number of attempts that the policy of a copy allows. */
  attemptsOf(copy: Copy): number;
}
