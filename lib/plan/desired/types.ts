// The desired state: copies that policies ask for, and images that no policy selects.
import type { ReadonlyCopyMap } from "../../model/copy/copy-map.ts";
import type { Observation } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { Copy, CopyKey, GivenByPolicy, Image, ImageRef, Millis, Reason, Settings } from "../../model/types.ts";

/** An image that a policy considered and did not select. */
export interface NotSelected {
  readonly policy: string;
  readonly image: Image;
  readonly reason: Reason;
}

/** How a finished copy is made available: its family and the accounts it is shared with. */
export interface Publication {
  readonly family?: string;
  /** The accounts (uin) that the copy is shared with. */
  readonly shareWith: readonly string[];
  /** The family moves in all regions together. */
  readonly publishTogether: boolean;
}

/** A copy that policies ask for, and what blocks or delays it according to policy and root. */
export interface DesiredCopy {
  readonly key: CopyKey;
  /** The policy whose limits apply; `policies` names all that ask for the copy. */
  readonly policy: Policy;
  /** The names of all policies that ask for the copy. */
  readonly policies: readonly string[];
  readonly root: Image;
  /** The copy that this one is created from; absent if it is created from the root itself. */
  readonly parent?: CopyKey;
  readonly settings: Settings;
  readonly publication: Publication;
  /** What each policy gives the copy, of its settings and its publication. */
  readonly gives: GivenByPolicy;
  /** A plain copy that exists only to be encrypted, and is deleted after that. */
  readonly intermediate?: true;
  /** Why the copy cannot be created without manual action. */
  readonly block?: Reason;
  /** Why the copy cannot be created yet; needs no action. */
  readonly wait?: Reason;
}

/** All desired copies of an account. */
export interface DesiredCopies {
  readonly desiredCopies: ReadonlyCopyMap<DesiredCopy>;
  /** Every image that a policy passes over, with the reason: written when it is read, and only then. */
  readonly notSelected: () => readonly NotSelected[];
  /** Those of them about which nothing can be said before a region is read. */
  readonly undecided: readonly NotSelected[];
}

/** The data that policies select sources from. */
export interface SelectionInput {
  readonly observation: Observation;
  readonly copies: readonly Copy[];
  readonly copyOf: (key: CopyKey) => Copy | undefined;
  /** The images that are copies according to the records. */
  readonly recorded: ReadonlyMap<Image, Copy>;
  readonly now: Millis;
  readonly settle: Millis;
  /** Whether `rollback` took this version out of its family. */
  readonly isRolledBack: (root: ImageRef) => boolean;
  /** Whether this source was recalled with too many others, so that nothing is done about it. */
  readonly isRecallHeld: (root: ImageRef) => boolean;
}
