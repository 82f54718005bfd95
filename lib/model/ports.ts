// The ports: what a run needs from outside. Cloud, State, Journal, clock and claimant.
import type { Policy } from "./policy.ts";
import type {
  AccountRecord,
  AwaitedImage,
  Claimant,
  Copy,
  Image,
  ImageRef,
  ImageType,
  JournalEntry,
  Millis,
  Run,
} from "./types.ts";

/**
 * Attributes of an image to set in one call. An absent attribute stays as it is; an empty `family`
 * removes the family.
 */
export interface ImageAttributes {
  readonly name?: string;
  readonly description?: string;
  readonly family?: string;
  readonly deprecated?: boolean;
}

/**
 * The records of the replicator: a cache of what the cloud does not show. Correctness rests on two
 * promises, each about one record: `saveCopy` creates a record only once, and replaces it only at
 * the version that was read. No method is a transaction over several records, so that a store
 * without SQL can implement this port; `test/support/directory-state.ts` proves that.
 *
 * Every method throws `StateError` if the store cannot be reached or its answer is invalid.
 */
export interface State {
  /** All copies of an account. */
  copies(account: string): Promise<Copy[]>;
  /**
   * Stores a copy. Version 0 creates the record, which succeeds only once; any other version
   * replaces the record only if it still has that version. Versions are never reused, not even
   * after the record was deleted or the whole state was lost, so the first version of a record is
   * random. Returns the stored copy with its new version, or undefined if another process was
   * first: then nothing is stored.
   */
  saveCopy(copy: Copy): Promise<Copy | undefined>;

  account(account: string): Promise<AccountRecord | undefined>;
  /** Like `saveCopy`, for the record of the account. */
  saveAccount(record: AccountRecord): Promise<AccountRecord | undefined>;

  /** The images that events named before they were NORMAL. */
  awaited(account: string): Promise<AwaitedImage[]>;
  /**
   * Adds and removes awaited images. Adding an image that is already awaited keeps the first entry.
   */
  setAwaited(add: readonly AwaitedImage[], remove: readonly AwaitedImage[]): Promise<void>;

  /**
   * Deletes all copies and awaited images of an account, valid or damaged, and its account record
   * if that is damaged. May be repeated after an interruption.
   */
  forget(account: string): Promise<void>;

  saveRun(run: Run): Promise<void>;
  /** The latest runs, newest first. */
  runs(account: string, limit: number): Promise<Run[]>;
  /** Deletes the runs that started, and the journal entries that were written, before a time. */
  deleteHistoryBefore(account: string, before: Millis): Promise<void>;

  close(): Promise<void>;
}

/**
 * The append-only record of every decision and of every call that changes something in the cloud.
 */
export interface Journal {
  append(entries: readonly JournalEntry[]): Promise<void>;
}

/** A journal that can also be read. */
export interface ReadableJournal extends Journal {
  /**
   * The latest entries, newest first. With `imageId` only those about this image, as root or as
   * copy.
   */
  entries(account: string, limit: number, imageId?: string): Promise<JournalEntry[]>;
}

/** The parameters of SyncImages: one source, one name, any number of destinations. */
export interface SyncRequest {
  readonly source: ImageRef;
  /** Region ids. */
  readonly destinations: readonly string[];
  /** The name of the copies: the token of their claim. */
  readonly name: string;
  /**
   * The request is dropped before it leaves the process if its signature would have a later
   * timestamp.
   */
  readonly notAfter: Millis;
  /** Makes encrypted copies. The source's own region must then be the only destination. */
  readonly encrypt?: { readonly kmsKeyId?: string };
}

export interface SyncAnswer {
  /**
   * Destination region → id of the copy. The outcome for a destination that is missing here is
   * unknown, not refused.
   */
  readonly imageIds: ReadonlyMap<string, string>;
  readonly requestId: string;
}

/**
 * The cloud, as far as the replicator uses it. Every method throws `CloudError`: its `outcome` says
 * what to do next, its `effect` whether the call may have changed something. The implementation
 * retries reads, and writes that may be repeated; it never retries `syncImage`. Methods that change
 * something return the request id. None is sent once the timestamp of its signature would be later
 * than `notAfter`.
 */
export interface Cloud {
  /**
   * The account of the credentials (STS GetCallerIdentity). All other methods refuse to work for
   * another account.
   */
  account(): Promise<string>;
  /**
   * All images of a type in a region, also if images appear or disappear between the pages of the
   * listing.
   */
  images(region: string, type: ImageType): Promise<Image[]>;
  /** The images with these ids; ids that do not exist are left out. */
  imagesById(region: string, imageIds: readonly string[]): Promise<Image[]>;
  /** Requests copies (SyncImages). Not idempotent: the same call twice makes two copies. */
  syncImage(request: SyncRequest): Promise<SyncAnswer>;
  /**
   * Checks with DryRun whether the cloud would accept SyncImages for one destination. Throws if
   * not.
   */
  trySyncImage(request: SyncRequest): Promise<void>;
  /** Adds or replaces tags. May take several requests; `notAfter` counts for each. */
  tag(image: ImageRef, account: string, tags: Readonly<Record<string, string>>, notAfter: Millis): Promise<string>;
  /** Sets attributes in one call. */
  modify(image: ImageRef, attributes: ImageAttributes, notAfter: Millis): Promise<string>;
  /** The accounts that one of this account's images is shared with. */
  sharedWith(image: ImageRef): Promise<string[]>;
  /** Shares one of this account's images. It is no error if an account has the share already. */
  share(image: ImageRef, accounts: readonly string[], notAfter: Millis): Promise<string>;
  /** Stops sharing an image with these accounts. */
  unshare(image: ImageRef, accounts: readonly string[], notAfter: Millis): Promise<string>;
  /** Deletes one of this account's images, with its snapshots. */
  deleteImage(image: ImageRef, notAfter: Millis): Promise<string>;
  /** How many custom images the account may have in a region (not how many it has). */
  quota(region: string): Promise<number>;
  /** The id of the image that a family points to in a region; undefined if it points to none. */
  familyImage(region: string, family: string): Promise<string | undefined>;
  /**
   * The images among these that are in use in their region, each with its user: an instance, a
   * version of a launch template, or a launch configuration of Auto Scaling. Throws if any of these
   * lists cannot be read whole.
   */
  uses(region: string, imageIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** What a run needs to plan and to apply its plan. */
export interface RunDeps {
  readonly cloud: Cloud;
  readonly state: State;
  readonly journal: Journal;
  readonly policies: readonly Policy[];
  /** This process, as the holder of its claims. */
  readonly me: Claimant;
  readonly now: () => Millis;
  /**
   * The deadline: nothing starts that may not end before it. It moves closer when the user
   * interrupts the command.
   */
  readonly stopAt: () => Millis;
  /** `SETTLE`: how long a requested copy may stay invisible in listings. */
  readonly settle: Millis;
  /** How many calls run at the same time. */
  readonly concurrency: number;
}

/** All parts of a replicator. `lib/replicator/open-replicator.ts` puts them together. */
export interface Replicator extends RunDeps {
  /** Whether a process of this host is proven to be dead. */
  readonly isDead: (claimant: Claimant) => boolean;
}
