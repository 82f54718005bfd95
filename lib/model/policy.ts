// The nouns of the policy file, validated and with defaults filled in.
/** The nouns of the policy file; everybody has them from `types.ts`. Lengths of time are milliseconds, times epoch milliseconds (UTC). */

type Millis = number;

/** The `select` block of a policy; what is absent matches everything. */
export interface Select {
  readonly type: "custom" | "shared";
  /** Globs: any of the positives (none given: everything), none of those with a leading `!`. */
  readonly name?: readonly string[];
  /** All keys must match, each with one of its values. */
  readonly tags?: Readonly<Record<string, readonly string[]>>;
  readonly platform?: readonly string[];
  readonly architecture?: readonly string[];
  readonly family?: string;
  readonly creator?: readonly string[];
  readonly createdAfter?: Millis;
  /** Milliseconds since the image was made. */
  readonly minAge?: Millis;
  readonly newest?: number;
  /** An image is refused when any one of these matches. */
  readonly not?: {
    readonly name?: readonly string[];
    readonly tags?: Readonly<Record<string, readonly string[]>>;
  };
}

/** A policy as the planner uses it: validated, defaults filled in, region groups resolved to region ids. */
export interface Policy {
  readonly name: string;
  readonly enabled: boolean;
  readonly from: readonly string[];
  readonly select: Select;
  readonly to: readonly string[];
  readonly crossBorder: "never" | "approved";
  readonly copy: {
    /** A template, see `lib/policy/values/name-template.ts`. */
    readonly name: string;
    /** Absent: the source's own. */
    readonly description?: string;
    readonly tags: TagSettings;
    /** `inherit`: the source's own. Absent: copies have none from us. */
    readonly family?: string;
    /** `together`: families move when the copies of a source are finished in all regions that are not blocked. */
    readonly publish: "each" | "together";
    readonly shareWith: readonly string[];
    readonly encrypt: Encrypt;
    /** By destination: what differs there. */
    readonly regions: Readonly<Record<string, { readonly encrypt?: Encrypt; readonly tags?: Partial<TagSettings> }>>;
  };
  readonly existing: "block" | "adopt";
  readonly maxSizeGiB?: number;
  readonly attempts: number;
  /** Milliseconds without progress. */
  readonly stuckAfter: Millis;
  /** What happens to copies that no policy wants any more; `minAge` is milliseconds since then. */
  readonly prune: { readonly minAge: Millis; readonly delete: boolean };
  readonly onDrift: "repair" | "report";
}

export interface TagSettings {
  readonly inherit: boolean;
  readonly set: Readonly<Record<string, string>>;
}

/** Whether a copy is encrypted, and with which key; without one, with the account's default key of that region. */
export type Encrypt = false | { readonly kmsKeyId?: string };

/** Prices for estimates, per GiB of snapshot and month; `default` where a region has none of its own. */
export interface Prices {
  readonly currency: string;
  readonly snapshotGiBMonth: Readonly<Record<string, number>>;
}
