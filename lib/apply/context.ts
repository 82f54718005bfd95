// What the actions of one plan share: they store records, and write the journal.
import type { CloudError } from "../model/errors.ts";
import { storedText } from "../model/messages/define.ts";
import type { JournalMessage } from "../model/messages/journal.ts";
import type { RunDeps } from "../model/ports.ts";
import type { Copy, CopyKey, ImageRef, Reason } from "../model/types.ts";

/**
 * What the journal records of one call to the cloud: its request id, and its error code if it
 * failed.
 */
export interface CallResult {
  readonly requestId?: string | undefined;
  readonly code?: string | undefined;
}

/** What the actions of one plan share. */
export interface ApplyContext extends RunDeps {
  /**
   * Stores a record and writes its journal entry; undefined if another process changed the record
   * first.
   */
  save(copy: Copy, message: JournalMessage, callResult?: CallResult): Promise<Copy | undefined>;
  /** Writes a journal entry about a call, without a change of the record. */
  report(message: JournalMessage, about: { key: CopyKey; image: ImageRef } & CallResult): Promise<void>;
  /**
   * Whether the state is still the one from which the plan was made, and was not lost in the
   * meantime.
   */
  sameState(): Promise<boolean>;
  /** The number of attempts that the policy of a copy allows; infinite if the policy is gone. */
  attemptsOf(copy: Copy): number;
}

/** A failed call as the reason of a copy: the code of the API, and its text. */
export function refusalReason({ code, message, remedy }: CloudError): Reason {
  return { code, text: storedText(message), ...(remedy !== undefined && { remedy: storedText(remedy) }) };
}
