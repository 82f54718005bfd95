import type { Claim, Copy, CopyKey, Image, ImageRef, Millis, Policy, Reason } from "../types.ts";
import { copyBase } from "./found.ts";
import type { Answers, Question } from "./questions.ts";
import type { Want } from "./wanted.ts";

/** What advancing may depend on besides the copy and the cloud. */
export interface Circumstances {
  readonly now: Millis;
  readonly settle: Millis;
  /** Everything was looked at: what is finished is compared with what it should be only then. */
  readonly sweep: boolean;
  /** Until then a copy that is not seen is unknown, not missing (see `AccountRecord`). */
  readonly unknownUntil?: Millis;
  /** When this state first met the account. */
  readonly bornAt: Millis;
  /** Claimants that can send nothing any more: this very replicator's earlier rounds, and dead processes of this host. */
  readonly ended: ReadonlySet<string>;
  readonly policies: readonly Policy[];
  readonly answers: Answers;
  /** By `keyText`. */
  readonly wants: ReadonlyMap<string, Want>;
  /** Another image that has the name which a copy is to have, where its region was read whole. */
  readonly holderOf: (want: Want) => Image | undefined;
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
  readonly usurps: (image: Image) => boolean;
  /** As of `RolledBack`. */
  readonly rolledBack: (key: CopyKey, copy: Copy | undefined) => string | undefined;
  /** Why the publication of a copy has to wait for others; undefined if it has not. */
  readonly awaits: (want: Want) => Reason | undefined;
  /** Whether the root was shared by another account, and is not any more: what is made of it stays. */
  readonly isWithdrawn: (key: CopyKey) => boolean;
  /** Whether somebody is copying from an image for us. */
  readonly isParent: (image: ImageRef) => boolean;
}

/** A claim before it is made: everything but who makes it and when. */
export interface Draft {
  readonly copy: Copy;
  readonly claim: Pick<Claim, "number" | "token" | "parent" | "settings">;
}

/** What to do in the cloud for one copy. */
export type Act =
  | { readonly do: "send"; readonly draft: Draft }
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
      readonly mayWithdraw: readonly string[];
    }
  | { readonly do: "share"; readonly copy: Copy; readonly image: ImageRef; readonly accounts: readonly string[] }
  | {
      readonly do: "withdraw";
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
  readonly note?: { readonly copy: Copy; readonly what: string; readonly text: string };
  readonly act?: Act;
  /** What has to be known before more can be said. */
  readonly asks?: readonly Question[];
  /** What a person has to see to; nothing is done about it. */
  readonly problem?: Reason;
  /** Why a copy that nobody wants is kept. */
  readonly kept?: { readonly copy: Copy; readonly image: Image; readonly reason: Reason };
}

/** Waits because a call for several destinations was refused for one of them that could not be told. */
export const ASK_ALONE = "ask-alone";

/** Attributes of an image to set in one call; what is absent stays as it is. An empty family is none. */
export interface ImageAttributes {
  readonly name?: string;
  readonly description?: string;
  readonly family?: string;
  readonly deprecated?: boolean;
}

/** Why a copy that nobody wants any more is retired. */
export const DESELECTED: Reason = {
  code: "deselected",
  text: "no policy wants it any more",
};

/** Why a copy that was a step on the way to an encrypted one is retired. */
export const SUPERSEDED: Reason = {
  code: "superseded",
  text: "it was there to be encrypted, and nobody needs it any more",
};

/** Nothing to do for this copy now. */
export const NOTHING: Step = {};

/** A change of the record alone. */
export function note(copy: Copy, what: string, text: string): Step {
  return { note: { copy, what, text } };
}

/** A note, unless the record already says the same. */
export function changed(copy: Copy | undefined, next: Extract<Copy, { state: "waiting" | "blocked" }>): Step {
  const same =
    copy?.state === next.state && copy.reason.code === next.reason.code && copy.reason.text === next.reason.text;
  if (same && copy.policy === next.policy) return NOTHING;
  return note(next, next.state, next.reason.text);
}

/** Instead of asking for a copy: it is blocked, which is not told twice. */
export function blockedInstead(copy: Copy, reason: Reason, now: Millis): Step {
  const next: Copy = { ...copyBase(copy.key, copy, undefined, now), state: "blocked", reason };
  return changed(copy, next);
}

/** An attempt came to nothing: try again after a while, or give up when the policy's attempts are used up. */
export function attemptFailed(
  copy: Copy,
  reason: Reason,
  want: Want | undefined,
  delay: Millis,
  c: Circumstances,
  what: string,
): Step {
  const limit = want?.policy.attempts ?? Number.POSITIVE_INFINITY;
  const next = afterFailure(copyBase(copy.key, copy, want, c.now), reason, limit, c.now + delay);
  return note(next, what, next.reason.text);
}

/** The record after one more failed attempt. */
export function afterFailure(
  before: ReturnType<typeof copyBase>,
  reason: Reason,
  limit: number,
  notBefore: Millis,
): Extract<Copy, { state: "failed" | "retrying" }> {
  const base = { ...before, attempts: before.attempts + 1 };
  if (base.attempts < limit) return { ...base, state: "retrying", reason, notBefore };
  const text = `${reason.text}; all ${limit} attempts are used up`;
  return {
    ...base,
    state: "failed",
    reason: {
      remedy: "when the cause is gone: cvm-replicator retry",
      ...reason,
      text,
    },
  };
}

/** A time as a person reads it. */
export function iso(at: Millis): string {
  return new Date(at).toISOString();
}
