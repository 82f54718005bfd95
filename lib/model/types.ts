// The nouns: Image (in image.ts), CopyKey, Claim, Copy by state, AccountRecord, Run, JournalEntry.
import type { ImageRef, Millis } from "./image.ts";
import type { Text } from "./messages/define.ts";

/**
 * A policy selects images, called sources (or roots), and names destination regions. A copy is one
 * destination of one root: the desired state is one finished copy in each. What the cloud shows is
 * an `Image`; what this program has recorded about a copy is a `Copy`. The cloud is the source of
 * truth, the record is a cache of what it does not show.
 *
 * This file has no code and imports only the nouns of its neighbours; every other file may depend
 * on it. Times are epoch milliseconds (UTC), sizes are GiB.
 */

export type * from "./image.ts";
export type * from "./policy.ts";

/**
 * The encryption of a copy: none, or with a KMS key of its region (`encrypted:<key id>`).
 * `encrypted:default` means the account's default key.
 */
export type Variant = "plain" | `encrypted:${string}`;

/**
 * Names one copy: one variant of one root in one destination region. The root is the image that a
 * policy selected. It stays the same along a chain (shared → own region → other regions; plain →
 * encrypted), in which each copy is made from the previous one, its parent. An intermediate copy
 * has its own key.
 */
export interface CopyKey {
  readonly account: string;
  readonly rootRegion: string;
  readonly rootId: string;
  /** The destination. */
  readonly region: string;
  readonly variant: Variant;
}

/** Why a copy, an image, a run or an account is in its state. `code` is stable and for programs. */
export interface Reason {
  readonly code: string;
  readonly text: Text;
  /** What the user can do about it. */
  readonly remedy?: Text;
}

/**
 * The holder of a claim or a lease: one replicator in one process, which waits for every request
 * before it plans again. `host` identifies one boot of one machine (and pid namespace): only there
 * does `pid` tell whether the process is dead.
 */
export interface Claimant {
  readonly id: string;
  readonly host?: string;
  readonly pid?: number;
}

/** The finished copy. Frozen in the claim: changes of the policy count from the next claim on. */
export interface Settings {
  /** The final name, which replaces the temporary one. */
  readonly name: string;
  readonly description: string;
  /** All tags except the lineage tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The right to send one SyncImages request for one copy, once. It is recorded before the request,
 * and only one process can win it. See `docs/decisions/001-the-name-is-the-token.md`.
 */
export interface Claim {
  /** The number of this claim among all claims of the copy, from 1. Part of the token. */
  readonly number: number;
  /** The temporary, deterministic name in the request. An image with it proves the effect. */
  readonly token: string;
  /** The image from which the copy is made: the root, or the previous copy of the chain. */
  readonly parent: ImageRef;
  readonly settings: Settings;
  readonly claimant: Claimant;
  readonly claimedAt: Millis;
  /** No request for this claim leaves the process with a signature timestamp after this. */
  readonly sendBy: Millis;
  /** When sending became impossible: the request has ended, or its process is proven dead. */
  readonly endedAt?: Millis;
  /** The kind of error that left the outcome unknown. `busy`: the cloud asked to retry later. */
  readonly sendFailure?: "busy" | "failed";
}

/** The drift of a finished copy and its repair; see `lib/plan/upkeep/repair.ts`. */
export interface Repair {
  /** What differs. */
  readonly what: string;
  /** How many times it has been repaired. */
  readonly tries: number;
  /** When it was last repaired. */
  readonly at: Millis;
}

/** The fields that a copy has in every state. */
interface CopyBase {
  readonly key: CopyKey;
  /** The policy that last selected the root. */
  readonly policy: string;
  /** The name of the root when it was last seen. */
  readonly rootName: string;
  /** Failed attempts since the copy was last ready. The policy's `attempts` limits them. */
  readonly attempts: number;
  /** All claims that may have had an effect, over the life of the record. */
  readonly claimCount: number;
  readonly createdAt: Millis;
  readonly updatedAt: Millis;
  /** When the image was first absent. Absent again at least `SETTLE` later, it counts as gone. */
  readonly missingSince?: Millis;
  /** When the root was created. Tells which of several versions is newer. */
  readonly rootCreatedAt?: Millis;
  /** The family of the root, empty if it has none; absent if this state never saw the root. */
  readonly rootFamily?: string;
  /** The image family that the copy must have. */
  readonly family?: string;
  /** The family that `rollback` removed this version from; see `lib/plan/family/rolled-back.ts`. */
  readonly rolledBackFrom?: string;
  /** Accounts to share the image with again: it had to be unshared to be modified. */
  readonly pendingReshare?: readonly string[];
  /** Set if a policy desires this copy itself, although it has the name of an intermediate copy. */
  readonly desiredDirectly?: true;
  /** Images of failed attempts that the cloud refused to delete. Not tried again. */
  readonly undeletableImageIds?: readonly string[];
  /** 0 if not stored yet. Every stored change gets a new one; see the port `State`. */
  readonly version: number;
}

/**
 * The record of one copy, by state. It holds what the cloud does not show; a sweep restores most of
 * a lost one from the ownership marks (see `identity.ts`).
 *
 *     waiting → copying → finishing → ready → retired
 *
 * A failed attempt leads to `retrying` and from there to `copying` again, or to `failed` once all
 * attempts are used up. `blocked` needs a change by the user or in the cloud. A finished copy whose
 * image is gone is `waiting` again. `retired` copies are orphaned; one whose root is selected again
 * is revived.
 */
export type Copy = CopyBase &
  (
    | {
        /** Not requested yet. Planned again in every run, or from `notBefore` on. */
        readonly state: "waiting";
        readonly reason: Reason;
        readonly notBefore?: Millis;
      }
    | {
        /** Claimed, and possibly requested. In doubt without `imageId`: a copy may exist or not. */
        readonly state: "copying";
        readonly claim: Claim;
        readonly imageId?: string;
        readonly percent?: number;
        /** When progress was last seen. After `stuckAfter` without any, the copy is blocked. */
        readonly progressedAt: Millis;
        /** Set if the cloud refused to tag the unfinished image. Tagged once it is NORMAL. */
        readonly tagRefused?: boolean;
      }
    | {
        /** NORMAL in the cloud; it is being tagged, verified, renamed, published and shared. */
        readonly state: "finishing";
        readonly claim: Claim;
        readonly imageId: string;
        readonly progressedAt: Millis;
        /** Set while it only waits for the copies in other regions (`publish: together`). */
        readonly publicationHold?: Reason;
      }
    | {
        /** Finished: it has its final name, its tags, its family and its shares. */
        readonly state: "ready";
        readonly imageId: string;
        readonly name: string;
        readonly readyAt: Millis;
        /** Whether others made the image (`existing: adopt`). It is never changed or deleted. */
        readonly adopted: boolean;
        /** The time from the claim to `ready`; absent if unknown. */
        readonly durationMs?: Millis;
        /** Set while the image differs from the policy. */
        readonly repair?: Repair;
        /** Set if this program deprecated the image because its source was deprecated. */
        readonly deprecatedByUs?: true;
      }
    | {
        /** An attempt failed; the next one follows at `notBefore`. */
        readonly state: "retrying";
        readonly reason: Reason;
        readonly notBefore: Millis;
      }
    | {
        /** Needs a change by the user or in the cloud. Planned again at `notBefore` or in a sweep. */
        readonly state: "blocked";
        readonly reason: Reason;
        readonly notBefore?: Millis;
        readonly claim?: Claim;
        readonly imageId?: string;
      }
    | {
        /** All attempts are used up, until the command `retry` or a policy that allows more of them. */
        readonly state: "failed";
        readonly reason: Reason;
      }
    | {
        /** Without further use: orphaned, superseded, or deleted. Its image stays until it is pruned. */
        readonly state: "retired";
        readonly reason: Reason;
        readonly imageId?: string;
        /** Since when it has been orphaned. */
        readonly since?: Millis;
        /** The following as in `ready`. */
        readonly adopted?: true;
        readonly repair?: Repair;
        readonly deprecatedByUs?: true;
      }
  );

export type CopyState = Copy["state"];

/** What is recorded about an account as a whole. */
export interface AccountRecord {
  readonly account: string;
  /** When this state first met the account. */
  readonly firstSeenAt: Millis;
  /** Set when an empty state met copies in the cloud: until then, what is unseen is in doubt. */
  readonly uncertainUntil?: Millis;
  /** When the last sweep ended. */
  readonly lastSweepAt?: Millis;
  /** The problems of the last sweep. Kept because a smaller run does not see all of them. */
  readonly problems?: readonly Reason[];
  /** When the last timer run ended. */
  readonly heartbeatAt?: Millis;
  /** The lease of the timer run that is under way, if any; see `lib/report/timer-health.ts`. */
  readonly timer?: { readonly by: Claimant; readonly until: Millis };
  /** As in `Copy`. */
  readonly version: number;
}

/** An image that an event named before it was NORMAL. The poll looks at it until it is. */
export interface AwaitedImage extends ImageRef {
  readonly account: string;
  readonly since: Millis;
}

/** The record of one run: why it started, what it decided, and the result. */
export interface Run {
  readonly id: string;
  readonly account: string;
  /** The trigger: `timer`, `event`, `manual`, or the name of a command. */
  readonly why: string;
  readonly startedAt: Millis;
  readonly endedAt: Millis;
  /** Number of applied actions, by kind. */
  readonly actions: Readonly<Record<string, number>>;
  /** Number of failed calls among those that change something in the cloud. */
  readonly failures: number;
  /** Whether the run stopped at its deadline and left work to the next one. */
  readonly stoppedEarly: boolean;
  readonly problems: readonly Reason[];
  /** Why this run did nothing and left the work to another one. */
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
  readonly text: Text;
  readonly key?: CopyKey;
  readonly image?: ImageRef;
  /** The request id of the call in the cloud. */
  readonly requestId?: string;
  /** The code of the reason or of the cloud's error. */
  readonly code?: string;
}

export type Ready = Extract<Copy, { state: "ready" }>;
export type Retired = Extract<Copy, { state: "retired" }>;
