// The record of one copy, by the phase of its life, and its parts: CopyKey, Reason, Claim.
import type { ImageRef, Millis } from "../image.ts";
import type { Text } from "../messages/define.ts";

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
  /** The request id of the failed call, if the cloud gave one: its support asks for it. */
  readonly requestId?: string;
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
  /** What differs, in the words of the catalogue `difference`. */
  readonly differences: readonly string[];
  /** How many times it has been repaired. */
  readonly tries: number;
  /** When it was last repaired. */
  readonly at: Millis;
}

/**
 * An account or a tag that the cloud refuses for an image, while it accepts the others. It is tried
 * again once a day; see `lib/plan/upkeep/giving/refusals.ts`.
 */
export interface Refusal {
  readonly kind: "account" | "tag";
  /** The account id, or the key of the tag. */
  readonly item: string;
  /** The cloud's error code. */
  readonly code: string;
  readonly at: Millis;
}

/** A deletion that the cloud refuses; see `lib/plan/upkeep/pruning/prune.ts`. */
export interface RefusedDeletion {
  /** The cloud's error code. */
  readonly code: string;
  readonly tries: number;
  /** When it was last tried. */
  readonly at: Millis;
}

/** What this program gave an image on behalf of one policy. Only that is ever taken back. */
export interface Given {
  readonly accounts: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly families: readonly string[];
}

/** By the name of the policy. */
export type GivenByPolicy = Readonly<Record<string, Given>>;

/** The fields that a copy has in every phase. They outlive each attempt. */
export interface CopyBase {
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
  /**
   * Since when the copy has got nowhere: first desired, or its first attempt failed. It outlives new
   * reasons and further attempts, and ends when the copy is ready. Absent while it waits for the copy
   * that it is made from.
   */
  readonly delayedSince?: Millis;
  /** When the root was created. Tells which of several versions is newer. */
  readonly rootCreatedAt?: Millis;
  /** The family of the root, empty if it has none; absent if this state never saw the root. */
  readonly rootFamily?: string;
  /** The image family that the copy must have. */
  readonly family?: string;
  /** The family that `rollback` removed this version from; see `lib/plan/family/rolled-back.ts`. */
  readonly rolledBackFrom?: string;
  /** Images of failed attempts that the cloud refused to delete. Not tried again. */
  readonly undeletableImageIds?: readonly string[];
  /**
   * A call was refused that requested this copy together with others. Until this time, the copy that
   * it may have started all the same can be invisible. See `lib/apply/requests/isolate-refusal.ts`.
   */
  readonly inDoubtUntil?: Millis;
  /** The image that the copy had, if it was deleted or is gone and no other one was requested. */
  readonly lastImageId?: string;
  /** 0 if not stored yet. Every stored change gets a new one; see the port `State`. */
  readonly version: number;
}

/** The fields of a copy whose image is known. They end with that image. */
export interface CopyImage {
  readonly imageId: string;
  /** When the image was first absent. Absent again at least `SETTLE` later, it counts as gone. */
  readonly missingSince?: Millis;
  /** Accounts to share the image with again: it had to be unshared to be modified. */
  readonly pendingReshare?: readonly string[];
  /**
   * Recorded before the call that gives it; absent if it is not known, because the record was
   * recovered. See `lib/plan/upkeep/giving/given.ts`.
   */
  readonly given?: GivenByPolicy;
  /** Accounts that others share the image with, once that was reported. */
  readonly sharedByOthers?: readonly string[];
  /** What the cloud refused when it was last tried. */
  readonly refusals?: readonly Refusal[];
}

/** The fields of a finished copy, desired or orphaned. */
export interface FinishedImage extends CopyImage {
  /** The name that it was given when it was finished, or had when it was found. */
  readonly name: string;
  /** Whether others made the image (`existing: adopt`). It is never changed or deleted. */
  readonly adopted: boolean;
  /** The other installation that made the image, if one did: it counts as adopted. */
  readonly installation?: string;
  /** Set while the image differs from the policy. */
  readonly repair?: Repair;
  /** Set if this program deprecated the image; the deprecation ends with its cause. */
  readonly deprecatedByUs?: true;
  /** Set beside it if that was because of `prune.deprecateAfter`, and not because of the source. */
  readonly deprecatedByAge?: true;
  /** Set if a policy desires this copy itself, although it has the name of an intermediate copy. */
  readonly desiredDirectly?: true;
}

/** Why a copy does not go on, and when it is planned again; without a time in every sweep. */
interface Hold {
  readonly reason: Reason;
  readonly notBefore?: Millis;
}

/**
 * The record of one copy, by the phase of its life. It holds what the cloud does not show; a sweep
 * restores most of a lost one from the ownership marks (see `identity.ts`).
 *
 *     waiting → requested → copying → finishing → ready → retired → ended
 *
 * A failed attempt leads to `retrying` and from there to the next request, or to `failed` once all
 * attempts are used up. `blocked` and `stuck` need a change by the user or in the cloud. A finished
 * copy whose image is gone is `waiting` again. A `retired` or `ended` copy whose root is selected
 * again is revived. What users see is the state, which `stateOf` in `identity.ts` gives.
 */
export type Copy = CopyBase &
  (
    | /** Not requested yet. Planned again in every run, or from `notBefore` on. */
    (Hold & { readonly phase: "waiting" }) /** An attempt failed; the next one follows at `notBefore`. */
    | (Hold & {
        readonly phase: "retrying";
        readonly notBefore: Millis;
      }) /** Without an image, and needs a change by the user or in the cloud. */
    | (Hold & { readonly phase: "blocked" })
    | {
        /** All attempts are used up, until the command `retry` or a policy that allows more of them. */
        readonly phase: "failed";
        readonly reason: Reason;
      }
    | {
        /** Claimed, and possibly requested: the image may exist or not. */
        readonly phase: "requested";
        readonly claim: Claim;
      }
    | (CopyImage & {
        /** The image exists, but is not NORMAL yet. */
        readonly phase: "copying";
        readonly claim: Claim;
        readonly percent?: number;
        /** When progress was last seen. After `stuckAfter` without any, the copy is stuck. */
        readonly progressedAt: Millis;
        /** Set if the cloud refused to tag the unfinished image. Tagged once it is NORMAL. */
        readonly tagRefused?: boolean;
      })
    | (CopyImage & {
        /** NORMAL in the cloud; it is being tagged, verified, renamed, published and shared. */
        readonly phase: "finishing";
        readonly claim: Claim;
        readonly progressedAt: Millis;
        /** Set while it only waits for the copies in other regions (`publish: together`). */
        readonly publicationHold?: Reason;
        /** Set while it only waits for an older copy of ours to give up its name. */
        readonly nameHold?: Reason;
      })
    | (CopyImage &
        Hold & {
          /** The image exists and does not become ready. Needs a change by the user or in the cloud. */
          readonly phase: "stuck";
          readonly claim: Claim;
        })
    | (FinishedImage & {
        /** Finished: it has its final name, its tags, its family and its shares. */
        readonly phase: "ready";
        readonly readyAt: Millis;
        /** The time from the claim to `ready`; absent if unknown. */
        readonly durationMs?: Millis;
      })
    | (FinishedImage & {
        /** Orphaned or superseded. Its image stays until it is pruned. */
        readonly phase: "retired";
        readonly reason: Reason;
        /** Since when it has been orphaned. */
        readonly since: Millis;
        readonly refusedDeletion?: RefusedDeletion;
      })
    | {
        /** Without an image and not desired: pruned, or never made. */
        readonly phase: "ended";
        readonly reason: Reason;
        /** Since when it has been orphaned. */
        readonly since: Millis;
      }
  );

/** The copies in one phase. */
export type CopyIn<P extends Copy["phase"]> = Extract<Copy, { phase: P }>;

export type CopyPhase = Copy["phase"];

export type Ready = CopyIn<"ready">;
export type Retired = CopyIn<"retired">;
