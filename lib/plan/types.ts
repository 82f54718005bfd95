// PlanInput, Plan, Action, Step, and what a step may know besides its copy.
import type { Text } from "../model/messages/define.ts";
import type { JournalEvent } from "../model/messages/journal.ts";
import type { Answers, Observation, Question } from "../model/observation.ts";
import type { Policy } from "../model/policy.ts";
import type { ImageAttributes } from "../model/ports.ts";
import type { AccountRecord, Claim, Copy, CopyKey, Image, ImageRef, Millis, Reason } from "../model/types.ts";
import type { DesiredCopy, NotSelected } from "./desired/types.ts";

/** What advancing may depend on besides the copy and the cloud. */
export interface PlanContext {
  readonly now: Millis;
  readonly settle: Millis;
  /** Everything was looked at: what is finished is compared with what it should be only then. */
  readonly sweep: boolean;
  /** Until then a copy that is not seen is unknown, not missing (see `AccountRecord`). */
  readonly uncertainUntil?: Millis;
  /** When this state first met the account. */
  readonly firstSeenAt: Millis;
  /** Claimants that can send nothing any more: this very replicator's earlier rounds, and dead processes of this host. */
  readonly ended: ReadonlySet<string>;
  readonly policies: readonly Policy[];
  readonly answers: Answers;
  /** By `keyText`. */
  readonly desiredCopies: ReadonlyMap<string, DesiredCopy>;
  /** Another image that has the name which a copy is to have, where its region was read whole. */
  readonly holderOf: (desired: DesiredCopy) => Image | undefined;
  /** The records, for the other steps of a chain. */
  readonly copyOf: (key: CopyKey) => Copy | undefined;
  /** The encrypted copies of the same root in the same region. */
  readonly encryptedOf: (key: CopyKey) => Copy[];
  /** Whether the image that a copy adopted is the copy of another record, which was first. */
  readonly hasOtherAdopter: (copy: Copy) => boolean;
  /** Whether an image is the copy of any record. */
  readonly isRecorded: (image: ImageRef) => boolean;
  /** Whether a copy is the newest of its family in its region. */
  readonly leads: (key: CopyKey) => boolean;
  /** Whether a copy stands in the way of the newest one of its family. */
  readonly isWronglyLeading: (image: Image) => boolean;
  /** As of `RolledBack`. */
  readonly rolledBackFrom: (key: CopyKey, copy: Copy | undefined) => string | undefined;
  /** Why the publication of a copy has to wait for others; undefined if it has not. */
  readonly publicationHoldOf: (desired: DesiredCopy) => Reason | undefined;
  /** Whether the root was shared by another account, and is not any more: what is made of it stays. */
  readonly isSourceRevoked: (key: CopyKey) => boolean;
  /** Whether somebody is copying from an image for us. */
  readonly isParent: (image: ImageRef) => boolean;
}

/** A claim before it is made: everything but who makes it and when. */
export interface ClaimRequest {
  readonly copy: Copy;
  readonly claim: Pick<Claim, "number" | "token" | "parent" | "settings">;
}

/** What to do in the cloud for one copy. */
export type CloudCall =
  | { readonly do: "send"; readonly claimRequest: ClaimRequest }
  | {
      readonly do: "tag";
      readonly copy: Copy;
      readonly image: ImageRef;
      readonly tags: Readonly<Record<string, string>>;
    }
  | {
      readonly do: "modify";
      readonly copy: Copy;
      readonly image: ImageRef;
      readonly attributes: ImageAttributes;
      /** Accounts that may do without the image for a moment: where a shared image cannot be modified. */
      readonly mayUnshareTemporarily: readonly string[];
    }
  | { readonly do: "share"; readonly copy: Copy; readonly image: ImageRef; readonly accounts: readonly string[] }
  | {
      readonly do: "unshare";
      readonly copy: Copy;
      readonly image: Image;
      readonly accounts: readonly string[];
      /** Why it is deleted when it is not shared any more. */
      readonly why: string;
    }
  | {
      readonly do: "delete";
      readonly copy: Copy;
      readonly image: Image;
      /** What the snapshots take that go with it. */
      readonly sizeGiB: number;
      readonly why: string;
      /** The record when it is done. */
      readonly done: Copy;
      /** The record if the cloud will not have it. */
      readonly refused?: Copy;
    };

/** The next step of one copy: at most one change of the record, then at most one call. */
export interface Step {
  readonly change?: { readonly copy: Copy; readonly event: JournalEvent; readonly text: Text };
  readonly call?: CloudCall;
  /** What has to be known before more can be said. */
  readonly questions?: readonly Question[];
  /** What a person has to see to; nothing is done about it. */
  readonly problem?: Reason;
  /** Why a copy that nobody wants is kept. */
  readonly retained?: { readonly copy: Copy; readonly image: Image; readonly reason: Reason };
}

/** Everything that a plan depends on. */
export interface PlanInput {
  readonly policies: readonly Policy[];
  readonly observation: Observation;
  readonly copies: readonly Copy[];
  readonly record: AccountRecord;
  readonly now: Millis;
  readonly settle: Millis;
  /** See `Circumstances`. */
  readonly ended: ReadonlySet<string>;
  /** Everything was looked at. */
  readonly sweep?: boolean;
  /** To the questions of a plan that was made of the same observation. */
  readonly answers?: Answers;
  /** Images that this run has deleted already. */
  readonly deleted?: number;
  /** A person has confirmed that the copies which vanished are gone. */
  readonly acceptVanished?: boolean;
}

/** A change of the record of one copy, with no call. */
export interface RecordChange {
  readonly do: "record";
  readonly copy: Copy;
  readonly event: JournalEvent;
  readonly text: Text;
  /** The call that it announces: it is written only together with that, as it says that it was made. */
  readonly before?: Exclude<CloudCall, { do: "send" }>;
}

/** One SyncImages: one source, one name, all destinations that may be asked for now. */
export interface Send {
  readonly do: "send";
  readonly source: ImageRef;
  readonly token: string;
  readonly claimRequests: readonly ClaimRequest[];
}

/** What to do now, in this order. */
export type Action = RecordChange | Send | Exclude<CloudCall, { do: "send" }>;

/** What to do now, as data; and what is not done, each with its reason. */
export interface Plan {
  readonly actions: readonly Action[];
  readonly notSelected: readonly NotSelected[];
  /** What needs a person; nothing is done about these. */
  readonly problems: readonly Reason[];
  /** What somebody should know before it is done. */
  readonly warnings: readonly Reason[];
  /** Copies that nobody wants, and why they are kept. */
  readonly retained: readonly NonNullable<Step["retained"]>[];
  /** What is wanted, by `keyText`. */
  readonly desiredCopies: ReadonlyMap<string, DesiredCopy>;
  /** The copies as they will be remembered when the notes of this plan are written. */
  readonly copies: readonly Copy[];
  /** What has to be known before this plan is whole. */
  readonly questions: readonly Question[];
}

/** A plan that does nothing. */
export function emptyPlan(copies: readonly Copy[], actions: readonly Action[] = []): Plan {
  return {
    actions,
    notSelected: [],
    problems: [],
    warnings: [],
    retained: [],
    desiredCopies: new Map(),
    copies,
    questions: [],
  };
}
