// DesiredCopy and its parts.
import type { Policy } from "../../model/policy.ts";
import type { CopyKey, Image, Reason, Settings } from "../../model/types.ts";

/** An image that a policy looked at and did not take. */
export interface NotSelected {
  readonly policy: string;
  readonly image: Image;
  readonly reason: Reason;
}

/** What others get to see of a finished copy. */
export interface Publication {
  readonly family?: string;
  /** Accounts. */
  readonly shareWith: readonly string[];
  /** The family moves in all regions together. */
  readonly publishTogether: boolean;
}

/** A copy that a policy wants, and what stands in its way as far as the policy and the root show. */
export interface DesiredCopy {
  readonly key: CopyKey;
  /** The one whose limits count; see `policies` for all that want the copy. */
  readonly policy: Policy;
  /** Names of the policies that want it. */
  readonly policies: readonly string[];
  readonly root: Image;
  /** The copy that this one is made from, where that is not the root itself: a later step of a chain. */
  readonly parent?: CopyKey;
  readonly settings: Settings;
  readonly publication: Publication;
  /** A plain copy that is there only to be encrypted, and goes when that is done. */
  readonly intermediate?: true;
  /** Needs a person. */
  readonly block?: Reason;
  /** Will pass by itself. */
  readonly wait?: Reason;
}

export interface DesiredCopies {
  /** By `keyText`. */
  readonly desiredCopies: ReadonlyMap<string, DesiredCopy>;
  readonly notSelected: readonly NotSelected[];
}
