// The nouns of the policy file, validated and with defaults filled in.

/**
 * Other files import these from `types.ts`. Durations are milliseconds, times epoch milliseconds
 * (UTC).
 */

type Millis = number;

/**
 * The `select` block of a policy. A criterion that is absent matches every image; all others must
 * match.
 */
export interface Select {
  readonly type: "custom" | "shared";
  /** Globs. One without a leading `!` must match (if there is any), and none with a leading `!`. */
  readonly name?: readonly string[];
  /** Every key must match with one of its values. */
  readonly tags?: Readonly<Record<string, readonly string[]>>;
  readonly platform?: readonly string[];
  readonly architecture?: readonly string[];
  readonly family?: string;
  /** Account ids. Required for shared images: the accounts whose images are trusted. */
  readonly creator?: readonly string[];
  readonly createdAfter?: Millis;
  /** The minimum time since the image was created. */
  readonly minAge?: Millis;
  /** The maximum time since the image was created. */
  readonly maxAge?: Millis;
  /**
   * Only the N newest images of each family are selected; images without a family form one group.
   */
  readonly newest?: number;
  /** Excludes an image if any of these matches. */
  readonly not?: {
    readonly name?: readonly string[];
    readonly tags?: Readonly<Record<string, readonly string[]>>;
  };
}

/**
 * A policy as the planner uses it: validated, defaults filled in, region groups resolved to region
 * ids.
 */
export interface Policy {
  readonly name: string;
  readonly enabled: boolean;
  /** The regions from which images are selected. */
  readonly from: readonly string[];
  readonly select: Select;
  /** The destinations. A source's own region is skipped. */
  readonly to: readonly string[];
  /** `approved`: the vendor has approved copies across the border for this account. */
  readonly crossBorder: "never" | "approved";
  /** The regions whose side the file states, because this release may not know them. */
  readonly declaredSides: DeclaredSides;
  readonly copy: {
    /** A template, see `lib/policy/values/name-template.ts`. */
    readonly name: string;
    /** Absent: the description of the source. */
    readonly description?: string;
    readonly tags: TagSettings;
    /** `inherit`: the family of the source. Absent: copies get no family. */
    readonly family?: string;
    /**
     * `together`: copies get their family once those of all regions that are not blocked are
     * finished.
     */
    readonly publish: "each" | "together";
    readonly shareWith: readonly string[];
    readonly encrypt: Encrypt;
    /** By destination: the settings that differ there. */
    readonly regions: Readonly<Record<string, { readonly encrypt?: Encrypt; readonly tags?: Partial<TagSettings> }>>;
  };
  /** What to do if the destination has another image with the copy's final name. */
  readonly existing: "block" | "adopt";
  readonly maxSizeGiB?: number;
  /** Failed attempts before the copy is `failed`. */
  readonly attempts: number;
  /** How long a copy may make no progress before it is blocked. */
  readonly stuckAfter: Millis;
  readonly prune: Prune;
  /** What to do if a finished copy differs from the policy, or was deleted by hand. */
  readonly onDrift: "repair" | "report";
}

/** The side of the border of regions, by region id. */
export type DeclaredSides = Readonly<Record<string, "mainland" | "outside">>;

export interface TagSettings {
  /** Whether the copy gets the tags of the source. */
  readonly inherit: boolean;
  readonly set: Readonly<Record<string, string>>;
}

/** What happens to orphaned copies. */
export interface Prune {
  /** How long a copy must have been orphaned before it is deleted. */
  readonly minAge: Millis;
  readonly delete: boolean;
  /** Set if the last usable version of a family in a region is deleted as well. */
  readonly last?: boolean;
  /** Of a copy that is shared with accounts of `shareWith`. Absent: `keep`. */
  readonly shared?: "keep" | "delete";
  /** How many orphaned copies of each family and region stay, the newest ones. Absent: none. */
  readonly keep?: number;
  /** How long a copy must have been orphaned before it is deprecated. Absent: it is not. */
  readonly deprecateAfter?: Millis;
  /** Which versions of a launch template use an image: see `TemplateVersions`. Absent: `all`. */
  readonly templateVersions?: TemplateVersions;
}

/** `default`: the default version of a launch template and newer ones; `all`: every version. */
export type TemplateVersions = "default" | "all";

/**
 * Whether a copy is encrypted, and with which key. Without `kmsKeyId`: with the account's default
 * key of the region.
 */
export type Encrypt = false | { readonly kmsKeyId?: string };

/**
 * Prices for estimates, per GiB of snapshots and month, by region. `default` is for all other
 * regions.
 */
export interface Prices {
  readonly currency: string;
  readonly snapshotGiBMonth: Readonly<Record<string, number>>;
}
