// The nouns: Image, CopyKey, Claim, Copy by state, AccountRecord, Run, JournalEntry.
/**
 * The nouns of the product. No code, and no imports but the nouns of the policy file: everything else may depend on this file, and it on nothing.
 * Times are epoch milliseconds (UTC), sizes GiB.
 */

export type * from "./policy.ts";

export type Millis = number;

/** One image in one region. Image ids are unique per region and account, not across regions. */
export interface ImageRef {
  readonly region: string;
  readonly imageId: string;
}

/** `ImageState` of the CVM API (cvm 2017-03-12, struct Image). */
export type ImageState = "CREATING" | "NORMAL" | "CREATEFAILED" | "SYNCING" | "IMPORTING" | "IMPORTFAILED";

export type ImageType = "custom" | "shared" | "public";

/** An image as the cloud shows it now. */
export interface Image extends ImageRef {
  readonly name: string;
  readonly description: string;
  readonly type: ImageType;
  /** A state this program does not know is kept as the cloud spelled it. */
  readonly state: ImageState | (string & {});
  readonly sizeGiB: number;
  readonly osName: string;
  readonly platform: string;
  readonly architecture: string;
  /** Account (uin) that made the image; for a shared image, whoever shares it. */
  readonly creator: string;
  readonly createdAt: Millis;
  readonly family?: string;
  readonly deprecated: boolean;
  /** Has data disks besides the system disk: an image of a whole instance, which SyncImages does not copy. */
  readonly wholeMachine: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** 0 to 100; no sign of readiness: the vendor's own example shows 20 on a NORMAL image. */
  readonly syncPercent?: number;
}

/** What a copy is besides a copy: plain, or encrypted with a key of its region; `encrypted:default` is the account's own key. */
export type Variant = "plain" | `encrypted:${string}`;

/** Names one copy: one destination of one root. The root is the image that a policy selected. */
export interface CopyKey {
  readonly account: string;
  readonly rootRegion: string;
  readonly rootId: string;
  readonly region: string;
  readonly variant: Variant;
}

/** Why something is as it is, for a person. `code` is stable and for programs. */
export interface Reason {
  readonly code: string;
  readonly text: string;
  /** What a person can do about it. */
  readonly remedy?: string;
}

/**
 * Whoever claimed a copy: one replicator in one process, which waits for every request before it plans again. `host`
 * identifies one boot of one machine (and pid namespace), so that a pid proves something.
 */
export interface Claimant {
  readonly id: string;
  readonly host?: string;
  readonly pid?: number;
}

/** What the copy shall be when it is finished; frozen when it is claimed. */
export interface Settings {
  readonly name: string;
  readonly description: string;
  /** All tags but the lineage tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The right to send one SyncImages for one copy, once. See `docs/decisions/001-the-name-is-the-token.md`. */
export interface Claim {
  /** Which claim of this key it is, from 1; part of the token. */
  readonly number: number;
  /** The name under which the copy is asked for. */
  readonly token: string;
  readonly parent: ImageRef;
  readonly settings: Settings;
  readonly claimant: Claimant;
  readonly claimedAt: Millis;
  /** No request for this claim leaves the process with a signature timestamp after this. */
  readonly sendBy: Millis;
  /** From here on nobody can send for this claim any more: the request has ended, or the process is proven dead. */
  readonly endedAt?: Millis;
  /** The error that left the outcome open, where there was an answer at all; `busy` if it only asked for patience. */
  readonly sendFailure?: "busy" | "failed";
}

/** A finished copy is not as it should be in these respects, and that was set right so many times; see `lib/plan/upkeep/drift.ts`. */
export interface Repair {
  readonly what: string;
  readonly tries: number;
  readonly at: Millis;
}

interface CopyBase {
  readonly key: CopyKey;
  /** The policy by which the copy was last wanted. */
  readonly policy: string;
  /** Name of the root when it was last seen. */
  readonly rootName: string;
  /** Failed attempts since the copy was last ready; counted against the policy's `attempts`. */
  readonly attempts: number;
  /** Claims that may have had an effect, ever. */
  readonly claimCount: number;
  readonly createdAt: Millis;
  readonly updatedAt: Millis;
  /** Its image was absent once, at this time; twice, `SETTLE` apart, is gone. */
  readonly missingSince?: Millis;
  /** When the root was made, to tell which of several versions is the newer one. */
  readonly rootCreatedAt?: Millis;
  /** The root's own image family, empty if it had none; absent where the root was never seen by this state. */
  readonly rootFamily?: string;
  /** The image family that the copy is to have. */
  readonly family?: string;
  /** The family out of which `rollback` took this version; see `lib/plan/family/rolled-back.ts`. */
  readonly rolledBackFrom?: string;
  /** Accounts that its image is to be shared with again: it is not for the moment that it takes to modify it. */
  readonly pendingReshare?: readonly string[];
  /** Wanted for itself, though it is still named as a step on the way to an encrypted copy. */
  readonly desiredDirectly?: true;
  /** Failed images of ours that the cloud refused to delete; not tried again. */
  readonly undeletableImageIds?: readonly string[];
  /** 0: not stored yet. Every stored change gives another one; see the port `State`. */
  readonly version: number;
}

/** One copy as we remember it. The cloud is the truth; this is what it cannot tell. */
export type Copy = CopyBase &
  (
    | { readonly state: "waiting"; readonly reason: Reason; readonly notBefore?: Millis }
    | {
        /** Asked for. Without an id nobody knows yet whether the call had an effect. */
        readonly state: "copying";
        readonly claim: Claim;
        readonly imageId?: string;
        readonly percent?: number;
        readonly progressedAt: Millis;
        /** The cloud refused to tag it while it is being copied; not tried again before it is NORMAL. */
        readonly tagRefused?: boolean;
      }
    | {
        /** NORMAL in the cloud; being tagged, verified, renamed. */
        readonly state: "finishing";
        readonly claim: Claim;
        readonly imageId: string;
        readonly progressedAt: Millis;
        /** Finished but for its publication, which waits for the copies in other regions (`publish: together`). */
        readonly publicationHold?: Reason;
      }
    | {
        readonly state: "ready";
        readonly imageId: string;
        readonly name: string;
        readonly readyAt: Millis;
        /** Made by other means and taken as the copy (`existing: adopt`): never changed, never deleted by us. */
        readonly adopted: boolean;
        /** How long it took from its claim to being ready; absent where that is not known. */
        readonly durationMs?: Millis;
        readonly repair?: Repair;
        /** We marked it as deprecated, because its source was. */
        readonly deprecatedByUs?: true;
      }
    | { readonly state: "retrying"; readonly reason: Reason; readonly notBefore: Millis }
    | {
        /** Needs a person, or a change in the cloud; looked at again at `notBefore`. */
        readonly state: "blocked";
        readonly reason: Reason;
        readonly notBefore?: Millis;
        readonly claim?: Claim;
        readonly imageId?: string;
      }
    | { readonly state: "failed"; readonly reason: Reason; readonly imageId?: string }
    | {
        /** No policy wants it any more; the image, if any, is left alone. */
        readonly state: "retired";
        readonly reason: Reason;
        readonly imageId?: string;
        /** Since when nobody wants it. */
        readonly since?: Millis;
        /** As of `ready`. */
        readonly adopted?: true;
        readonly repair?: Repair;
        readonly deprecatedByUs?: true;
      }
  );

export type CopyState = Copy["state"];

/** What is known of one account as a whole. */
export interface AccountRecord {
  readonly account: string;
  /** When this state first met the account. */
  readonly firstSeenAt: Millis;
  /** Set when an empty state met copies in the cloud: until then, what is not seen is unknown and not missing. */
  readonly uncertainUntil?: Millis;
  /** When everything was last looked at. */
  readonly lastSweepAt?: Millis;
  /** What the last look at everything found that needs a person; a look at less does not see all of it. */
  readonly problems?: readonly Reason[];
  /** When a run of the timer last ended. */
  readonly heartbeatAt?: Millis;
  /** The run of the timer that is under way, if any: see `lib/report/timer-health.ts`. */
  readonly timer?: { readonly by: Claimant; readonly until: Millis };
  readonly version: number;
}

/** An image that an event named before it was NORMAL. */
export interface AwaitedImage extends ImageRef {
  readonly account: string;
  readonly since: Millis;
}

/** One evaluation: why it started, what it decided, what came of it. */
export interface Run {
  readonly id: string;
  readonly account: string;
  /** `timer`, `event`, `manual`, or the name of a command. */
  readonly why: string;
  readonly startedAt: Millis;
  readonly endedAt: Millis;
  /** Number of actions carried out, by kind. */
  readonly actions: Readonly<Record<string, number>>;
  /** Number of calls that change something and failed. */
  readonly failures: number;
  readonly stoppedEarly: boolean;
  readonly problems: readonly Reason[];
  /** Why this run left everything to another one. */
  readonly skipped?: string;
}

/** One line of the journal: a decision, or a call that changes something in the cloud. */
export interface JournalEntry {
  readonly at: Millis;
  readonly runId: string;
  readonly account: string;
  readonly level: "info" | "warn" | "error";
  /** What happened, e.g. `claimed`, `tagged`, `blocked`: a `JournalEvent`, of this or of another version. */
  readonly event: string;
  readonly text: string;
  readonly key?: CopyKey;
  readonly image?: ImageRef;
  readonly requestId?: string;
  readonly code?: string;
}

export type Ready = Extract<Copy, { state: "ready" }>;
export type Retired = Extract<Copy, { state: "retired" }>;
