// The nouns: AccountRecord, AwaitedImage, Run, JournalEntry; and those of image.ts, copy.ts, policy.ts.
import type { Claimant, CopyKey, Reason } from "./copy/record.ts";
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

export type { CopyState } from "./copy/copy-state.ts";
export type * from "./copy/record.ts";
export type * from "./image.ts";
export type * from "./policy.ts";

/**
 * The ids of this installation, at least one: the first marks new copies. Copies with any of them
 * are this installation's to change.
 */
export type Installations = readonly [string, ...string[]];

/** What is recorded about an account as a whole. */
export interface AccountRecord {
  readonly account: string;
  /** When this state first met the account. */
  readonly firstSeenAt: Millis;
  /** Set when an empty state met copies in the cloud: until then, what is unseen is in doubt. */
  readonly uncertainUntil?: Millis;
  /** Why there is an `uncertainUntil`; absent after `rebuild`. */
  readonly uncertainBecause?: Uncertainty;
  /** When the last sweep began. It may have left out regions that could not be read: see `regions`. */
  readonly lastSweepAt?: Millis;
  /** What is known of reading each region, by region. */
  readonly regions?: Readonly<Record<string, RegionRecord>>;
  /** The problems of the last sweep. Kept because a smaller run does not see all of them. */
  readonly problems?: readonly Reason[];
  /** The policy that ran last, by its hash, and since when it alone has run. */
  readonly policy?: { readonly hash: string; readonly since: Millis };
  /**
   * The regions of the cloud, if a policy names one that this release does not know; see
   * `lib/replicator/absent-regions.ts`.
   */
  readonly cloudRegions?: { readonly ids: readonly string[]; readonly readAt: Millis };
  /** When the last timer run ended. */
  readonly heartbeatAt?: Millis;
  /** The lease of the timer run that is under way, if any; see `lib/report/health/timer-health.ts`. */
  readonly timer?: { readonly by: Claimant; readonly until: Millis };
  readonly installations: Installations;
  /**
   * Installations whose copies a new state met while the user had given no id. Absent until its
   * first complete sweep; empty once the user has given an id.
   */
  readonly metInstallations?: readonly string[];
  /** As in `Copy`. */
  readonly version: number;
}

/** A problem, and the images that it is about. */
export interface ImageProblem {
  readonly images: readonly ImageRef[];
  readonly reason: Reason;
}

/**
 * Why an account that this state meets for the first time may have copies that are not visible: the
 * state was lost, or may have been lost beside another installation, regions could not be read, or reading them took too long to rely on.
 */
export interface Uncertainty {
  readonly cause: "lost" | "others" | "unread" | "slow";
  /** Those that could not be read. */
  readonly regions?: readonly string[];
}

/** When a region was swept, and how long no run tries to read it after it could not be read. */
export interface RegionRecord {
  /** When the last sweep that read this region whole began. */
  readonly sweptAt?: Millis;
  /** Set while the region cannot be read. */
  readonly failure?: {
    /** How many runs in succession could not read it. */
    readonly count: number;
    /** No run reads it before, unless the user asks for it. */
    readonly retryAt: Millis;
    readonly reason: Reason;
  };
}

/** An image that an event named before it was NORMAL. The poll looks at it until it is. */
export interface AwaitedImage extends ImageRef {
  readonly account: string;
  readonly since: Millis;
}

/** What instances run from or will start from: an instance, a launch template or a launch configuration. */
export interface ImageUser {
  readonly id: string;
  readonly region: string;
  /** The ids of its images; of a launch template those of its default and its latest version. */
  readonly imageIds: readonly string[];
}

/** Finds an instance, launch template or launch configuration by its id. Undefined: the region has none. */
export type FindUser = (region: string, id: string) => Promise<ImageUser | undefined>;

/** The record of one run: why it started, what it decided, and the result. */
export interface Run {
  readonly id: string;
  readonly account: string;
  /** `timer`, `event`, `manual`, or the name of a command. */
  readonly trigger: string;
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
  /** The build of the program, e.g. `0.1.0+4f795c7`. Absent if the sources ran as they are. */
  readonly program?: string;
  /** The process that ran. Absent in a run of an older version. */
  readonly by?: Claimant;
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
  /** The policy that the copy has when the line is written. */
  readonly policy?: string;
  readonly image?: ImageRef;
  /** The request id of the call in the cloud. */
  readonly requestId?: string;
  /** The code of the reason or of the cloud's error. */
  readonly code?: string;
}

/**
 * A line of the journal as it is stored. The id is the same wherever the line is, so that a reader
 * who meets it twice counts it once; the ids of one writer sort in the order of writing.
 */
export interface JournalLine {
  readonly id: string;
  /** When the line was written. */
  readonly at: Millis;
  /** Undefined if the stored entry is damaged. */
  readonly entry: JournalEntry | undefined;
}

/** What became of lines that were sent to a log service. */
export interface Delivery {
  /** The ids of the lines that the service has confirmed. */
  readonly taken: readonly string[];
  /** Why it has not confirmed the others. They may have arrived all the same. */
  readonly failure?: Reason;
}

/** Which of the journal's lines a log service is asked for. */
export interface JournalQuery {
  readonly account: string;
  /** The lines about any of these images, as source or as copy. Ids of images. */
  readonly images: readonly string[];
  readonly from: Millis;
  /** Excluded. */
  readonly to: Millis;
  /** The most lines; of more, the newest. */
  readonly limit: number;
}

/** What a log service has found. */
export interface FoundLines {
  /** Newest first, each id once. */
  readonly lines: readonly JournalLine[];
  /** Why there may be more lines than these. */
  readonly failure?: Reason;
}

/** Finds the journal's lines in a log service, which may keep them for longer than the state. */
export interface JournalSearch {
  /** Starts no request after `until`. Throws nothing. */
  find(query: JournalQuery, until: Millis): Promise<FoundLines>;
}
