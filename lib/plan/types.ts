// What a plan is made from and consists of: PlanInput, PlanContext, CopyCase, Step, Action, Plan.
import { CopyMap, type ReadonlyCopyMap } from "../model/copy/copy-map.ts";
import type { Text } from "../model/messages/define.ts";
import type { JournalEvent } from "../model/messages/journal.ts";
import type { Answers, Observation, Question } from "../model/observation.ts";
import type { Policy } from "../model/policy.ts";
import type { ImageAttributes, Totals } from "../model/ports.ts";
import type {
  AccountRecord,
  Claim,
  Copy,
  CopyKey,
  Image,
  ImageProblem,
  ImageRef,
  Millis,
  Reason,
} from "../model/types.ts";
import type { DesiredCopy, NotSelected } from "./desired/types.ts";
import type { Recall } from "./family/recall/in-families.ts";
import type { Usable } from "./family/usable.ts";
import type { Candidates, RegionImages } from "./image-index.ts";
import type { IsParent } from "./upkeep/pruning/parents.ts";

/**
 * What the steps of all copies may depend on: data that was read or recorded, and look-ups in it.
 * Made once for each plan. Nothing in it can do input or output.
 */
export interface PlanContext
  extends Required<Pick<PlanInput, "deleted" | "vanished" | "acceptVanished" | "acceptUnshare" | "mayDeleteLast">>,
    Pick<PlanInput, "brake" | "totals" | "confirmedDeletions" | "only">,
    Pick<AccountRecord, "installations" | "uncertainBecause"> {
  readonly now: Millis;
  readonly settle: Millis;
  /** This plan is made from a sweep. Finished copies are compared with the policy only then. */
  readonly sweep: boolean;
  /** Until then a copy that is not visible is in doubt, not missing (see `AccountRecord`). */
  readonly uncertainUntil?: Millis;
  /** Whether the account has a record. A dry run makes none, so its times begin anew each time. */
  readonly isAccountStored: boolean;
  /** When this state first saw the account. */
  readonly firstSeenAt: Millis;
  /** Claimants that cannot send any more: earlier rounds of this replicator, and dead processes of this host. */
  readonly ended: ReadonlySet<string>;
  /** See `AccountRecord`. */
  readonly metInstallations: readonly string[];
  readonly policies: readonly Policy[];
  readonly observation: Observation;
  readonly answers: Answers;
  /** The records as stored. */
  readonly copies: readonly Copy[];
  readonly desiredCopies: ReadonlyCopyMap<DesiredCopy>;
  /** The desired copies that are made from this copy. */
  readonly desiredFrom: (parent: CopyKey) => readonly DesiredCopy[];
  /** The custom images of a region; undefined if it was not read whole. */
  readonly customImages: (region: string) => RegionImages | undefined;
  /** Another image that was seen in the region and has the name which a copy is to have. */
  readonly holderOf: (copy: Pick<DesiredCopy, "key" | "settings">) => Image | undefined;
  /** The record of another copy, such as the parent of an encrypted copy. */
  readonly copyOf: (key: CopyKey) => Copy | undefined;
  /** The encrypted copies of the same root in the same region. */
  readonly encryptedOf: (key: CopyKey) => readonly Copy[];
  /** Whether another record adopted the image of this copy first. */
  readonly hasOtherAdopter: (copy: Copy) => boolean;
  /** Whether any copy has arrived in this region. */
  readonly hasCopyIn: (region: string) => boolean;
  /** The record that has this image as its copy; see `recordedImages`. */
  readonly recordOf: (image: Image) => Copy | undefined;
  /** Which copies can be used now, and what replaces an orphaned one. */
  readonly usable: Usable;
  /** Whether no newer version of its family is finished in its region, so that a copy may join it. */
  readonly leads: (key: CopyKey) => boolean;
  /** Whether the family points to this image instead of to the newest version. */
  readonly isWronglyLeading: (image: Image) => boolean;
  /** Which versions were recalled, and what takes their place in the families. */
  readonly recall: Recall;
  /** The family from which this version was rolled back; see `RolledBack`. */
  readonly rolledBackFrom: (key: CopyKey, copy: Copy | undefined) => string | undefined;
  /** Why the publication of a copy waits for copies in other regions; undefined if it does not wait. */
  readonly publicationHoldOf: (desired: DesiredCopy) => Reason | undefined;
  /** Whether the root was a shared image that is no longer shared with this account: its copies stay. */
  readonly isSourceRevoked: (key: CopyKey) => boolean;
  readonly isParent: IsParent;
}

/** One copy as the planner sees it: what is recorded, what is desired, what the cloud shows. */
export interface CopyCase {
  readonly key: CopyKey;
  /** The record; a rollback of its version counts in it, even if it is not stored yet. */
  readonly record?: Copy;
  readonly desired?: DesiredCopy;
  /**
   * The recorded image; `unidentified` if it exists and does not show that it is this copy. Without
   * a recorded image: `absent` if the region was read whole.
   */
  readonly image: Image | "absent" | "unidentified" | "unread";
  /** No policy selects the source for this copy any more, and that is certain. */
  readonly isOrphaned: boolean;
  /** The images with its ownership mark, if its image is absent or unidentified and the region was read whole. */
  readonly candidates?: Candidates;
}

/** A claim that the plan proposes: without the claimant and the times, which are set when it is won. */
export interface ClaimRequest {
  readonly copy: Copy;
  /** No copy has arrived in its region yet, so that a refusal is likely. */
  readonly isFirstThere?: true;
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
  | { readonly do: "untag"; readonly copy: Copy; readonly image: ImageRef; readonly keys: readonly string[] }
  | {
      readonly do: "modify";
      readonly copy: Copy;
      readonly image: ImageRef;
      readonly attributes: ImageAttributes;
      /** Accounts that may lose their share for a moment, because a shared image cannot be modified. */
      readonly mayUnshareTemporarily: readonly string[];
      /** The copy that gets the name which this one gives up. */
      readonly makesWayFor?: Pick<Copy, "key" | "policy">;
    }
  | { readonly do: "share"; readonly copy: Copy; readonly image: ImageRef; readonly accounts: readonly string[] }
  | {
      readonly do: "unshare";
      readonly copy: Copy;
      readonly image: Image;
      readonly accounts: readonly string[];
      /** Why the image is deleted once it is no longer shared; absent if it is not deleted. */
      readonly why?: string;
    }
  | {
      readonly do: "delete";
      readonly copy: Copy;
      readonly image: Image;
      /** Size of the snapshots that are deleted with the image. */
      readonly sizeGiB: number;
      readonly why: string;
      /** The record after the deletion. */
      readonly done: Copy;
      /** The record if the cloud refuses the deletion. */
      readonly refused?: Copy;
    };

/** The next step of one copy: at most one change of the record, then at most one call. */
export interface Step {
  readonly change?: { readonly copy: Copy; readonly event: JournalEvent; readonly text: Text };
  readonly call?: CloudCall;
  /** Questions to the cloud whose answers this step needs. */
  readonly questions?: readonly Question[];
  /** Needs manual action; the plan does nothing about it. */
  readonly problem?: Reason;
  /** Why an orphaned copy is retained. */
  readonly retained?: { readonly copy: Copy; readonly image: Image; readonly reason: Reason };
  /** What the copy waits for, where its record does not say so. */
  readonly wait?: Wait;
  /**
   * The copy, if it waits for something that passes by itself and would be requested then. A guard
   * that would not let the request through says so now.
   */
  readonly pending?: Copy;
}

/** What a copy waits for. */
export interface Wait {
  readonly key: CopyKey;
  readonly reason: Reason;
  /** When the wait ends at the latest, if that is known. */
  readonly until?: Millis;
}

/** The steps that a guard lets through, and what it reports or needs to know. */
export interface Guarded {
  readonly steps: readonly Step[];
  readonly problems?: readonly Reason[];
  readonly questions?: readonly Question[];
}

/** A rule over the steps of all copies: drops or replaces those that break it. */
export type Guard = (steps: readonly Step[], ctx: PlanContext) => Guarded;

/**
 * Why nothing is taken back now: another policy has run for this account a short time ago, and may be
 * the one that counts.
 */
export interface Brake {
  /** Since when the policy has run alone. */
  readonly since: Millis;
  /** When the policy has run alone for long enough, if no other one runs until then. */
  readonly until: Millis;
  /** A user runs a policy that did not run before, and has not confirmed it. */
  readonly isUnconfirmed: boolean;
}

/** Everything that a plan depends on. */
export interface PlanInput {
  readonly policies: readonly Policy[];
  readonly observation: Observation;
  readonly copies: readonly Copy[];
  /** Of all copies of the account, if `copies` are only some of them. */
  readonly totals?: Totals;
  readonly record: AccountRecord;
  readonly now: Millis;
  readonly settle: Millis;
  readonly ended: ReadonlySet<string>;
  /** The observation comes from a sweep. */
  readonly sweep?: boolean;
  /** Answers to the questions of an earlier plan that was made from the same observation. */
  readonly answers?: Answers;
  /** The images that this run has deleted or unshared already, by the `copyId` of their copy. */
  readonly deleted?: ReadonlySet<string>;
  /** Number of copies that this run has recorded as gone already. */
  readonly vanished?: number;
  /** The sources whose recall this run has followed already, by `rootRefId`. */
  readonly recalled?: ReadonlySet<string>;
  /** Why nothing is taken back now; absent if it may be. */
  readonly brake?: Brake;
  /** The user confirmed that copies lose most of their accounts (`--accept-unshare`). */
  readonly acceptUnshare?: boolean;
  /** The user confirmed that the copies which disappeared are gone (`--accept-vanished`). */
  readonly acceptVanished?: boolean;
  /** The user confirmed that many sources were recalled on purpose (`--accept-recall`). */
  readonly acceptRecall?: boolean;
  /** The images that a user has confirmed to be deleted, by `refText`; absent: all that the policies say. */
  readonly confirmedDeletions?: ReadonlySet<string>;
  /** The run acts on these copies only; absent: on all. */
  readonly only?: (key: CopyKey, policy: string) => boolean;
  /** The user wants this copy deleted even if it is the last usable version in its region. */
  readonly mayDeleteLast?: (key: CopyKey) => boolean;
}

/** A change of the record of one copy; with `before`, together with the call that follows it. */
export interface RecordChange {
  readonly do: "record";
  readonly copy: Copy;
  readonly event: JournalEvent;
  readonly text: Text;
  /**
   * The call that this change announces. Stored only if the call is made, because the text says so.
   */
  readonly before?: Exclude<CloudCall, { do: "send" }>;
}

/** One SyncImages: one source, one name, all destinations that may be requested now. */
export interface Send {
  readonly do: "send";
  readonly source: ImageRef;
  readonly token: string;
  readonly claimRequests: readonly ClaimRequest[];
}

/** What to do now. `lib/apply/apply-plan.ts` has the order of the kinds of actions. */
export type Action = RecordChange | Send | Exclude<CloudCall, { do: "send" }>;

/** What to do now, as data, and what is not done, each with its reason. */
export interface Plan {
  readonly actions: readonly Action[];
  /** The images that policies pass over, each with the reason; written when it is read. */
  readonly notSelected: () => readonly NotSelected[];
  /** Needs manual action; the plan does nothing about these. */
  readonly problems: readonly Reason[];
  /** Which of these problems are about single images. */
  readonly imageProblems: readonly ImageProblem[];
  /** What the user should know before the plan is applied. */
  readonly warnings: readonly Reason[];
  /** What copies wait for that need neither a call nor manual action now. */
  readonly waits: readonly Wait[];
  /** Orphaned copies that are retained, each with its reason. */
  readonly retained: readonly NonNullable<Step["retained"]>[];
  readonly desiredCopies: ReadonlyCopyMap<DesiredCopy>;
  /** The records after the changes of this plan are stored. */
  readonly copies: readonly Copy[];
  /** Questions to the cloud whose answers this plan still needs. */
  readonly questions: readonly Question[];
}

/** A plan that does nothing. */
export function emptyPlan(copies: readonly Copy[], actions: readonly Action[] = []): Plan {
  return {
    actions,
    notSelected: () => [],
    problems: [],
    imageProblems: [],
    warnings: [],
    waits: [],
    retained: [],
    desiredCopies: new CopyMap<DesiredCopy>(),
    copies,
    questions: [],
  };
}
