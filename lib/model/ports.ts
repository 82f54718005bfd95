// What a run needs from outside: Cloud, State, Journal, clock and claimant.
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

/** Attributes of an image to set in one call; what is absent stays as it is. An empty family is none. */
export interface ImageAttributes {
  readonly name?: string;
  readonly description?: string;
  readonly family?: string;
  readonly deprecated?: boolean;
}

/**
 * The memory of the replicator. Correctness rests on two promises only, each about one record: `saveCopy` creates a
 * record once and replaces it only at the version that was read. No verb is a transaction over several records, so a
 * store without SQL can stand behind this port; `test/support/directory-state.ts` keeps that honest.
 *
 * Every verb throws `StateError` when the store cannot be reached or answers wrongly.
 */
export interface State {
  /** All copies of an account. */
  copies(account: string): Promise<Copy[]>;
  /**
   * Stores a copy. `version` 0 creates it once; any other replaces exactly that version, also where the copy was
   * forgotten, or lost with the whole state, and created anew: no version comes twice, so the first is a random one.
   * Answers the stored copy with its new version, or undefined if somebody else was first: nothing is stored then.
   */
  saveCopy(copy: Copy): Promise<Copy | undefined>;

  account(account: string): Promise<AccountRecord | undefined>;
  /** As `saveCopy`, for the record of the account. */
  saveAccount(record: AccountRecord): Promise<AccountRecord | undefined>;

  awaited(account: string): Promise<AwaitedImage[]>;
  /** Adds and removes images to wait for; adding one twice keeps the first. */
  setAwaited(add: readonly AwaitedImage[], remove: readonly AwaitedImage[]): Promise<void>;

  /**
   * Deletes all copies and awaited images of an account, whatever is in them, and its record if that is damaged. May be
   * repeated where it ended half-way.
   */
  forget(account: string): Promise<void>;

  saveRun(run: Run): Promise<void>;
  /** The latest runs, newest first. */
  runs(account: string, limit: number): Promise<Run[]>;
  /** Deletes the runs that began, and the journal lines that were written, before a time. */
  deleteHistoryBefore(account: string, before: Millis): Promise<void>;

  close(): Promise<void>;
}

/** The append-only record of every decision and of every call that changes something. */
export interface Journal {
  append(entries: readonly JournalEntry[]): Promise<void>;
}

/** A journal that can be read again. */
export interface ReadableJournal extends Journal {
  /** The latest entries, newest first, optionally of one image (as root or as copy). */
  entries(account: string, limit: number, imageId?: string): Promise<JournalEntry[]>;
}

/** What to ask of SyncImages: one source, one name, any number of destinations. */
export interface SyncRequest {
  readonly source: ImageRef;
  readonly destinations: readonly string[];
  readonly name: string;
  /** A request whose signature would carry a later timestamp is destroyed before it leaves the process. */
  readonly notAfter: Millis;
  /** Makes an encrypted copy; the source's own region has to be the only destination then. */
  readonly encrypt?: { readonly kmsKeyId?: string };
}

export interface SyncAnswer {
  /** Destination region → id of the copy. A destination that is missing here is unknown, not refused. */
  readonly imageIds: ReadonlyMap<string, string>;
  readonly requestId: string;
}

/**
 * The cloud as the replicator needs it. Every verb throws `CloudError`, whose `outcome` says what to do next and whose
 * `effect` says whether the call may have changed something. Reads, and writes that may be repeated, are retried
 * behind this port; `syncImage` never is.
 */
export interface Cloud {
  /**
   * The account that the credentials belong to (STS GetCallerIdentity). Every other verb refuses to work for another
   * account.
   */
  account(): Promise<string>;
  /** Every image of a type in a region, read so that images which come and go meanwhile hide no other. */
  images(region: string, type: ImageType): Promise<Image[]>;
  /** Those of the ids that exist. */
  imagesById(region: string, imageIds: readonly string[]): Promise<Image[]>;
  syncImage(request: SyncRequest): Promise<SyncAnswer>;
  /** Asks whether SyncImages would be accepted for one destination (DryRun). Throws if not. */
  trySyncImage(request: SyncRequest): Promise<void>;
  /** Adds or replaces tags. Answers the request id. `notAfter` is as in `SyncRequest`, for each request. */
  tag(image: ImageRef, account: string, tags: Readonly<Record<string, string>>, notAfter: Millis): Promise<string>;
  /** Sets attributes in one call. Answers the request id. `notAfter` is as in `SyncRequest`, for each request. */
  modify(image: ImageRef, attributes: ImageAttributes, notAfter: Millis): Promise<string>;
  /** The accounts that one of our images is shared with. */
  sharedWith(image: ImageRef): Promise<string[]>;
  /** Shares one of our images; an account that has it already is no error. Answers the request id. */
  share(image: ImageRef, accounts: readonly string[], notAfter: Millis): Promise<string>;
  /** Ends the sharing with these accounts. Answers the request id. */
  unshare(image: ImageRef, accounts: readonly string[], notAfter: Millis): Promise<string>;
  /** Deletes one of our images with its snapshots. Answers the request id. */
  deleteImage(image: ImageRef, notAfter: Millis): Promise<string>;
  /** How many custom images the account may have in a region; not how many it has. */
  quota(region: string): Promise<number>;
  /** The id of the image that a family points to in a region; undefined if to none. */
  familyImage(region: string, family: string): Promise<string | undefined>;
  /**
   * Those of the images that are in use in their region, each with what uses it: instances, versions of launch
   * templates, launch configurations of Auto Scaling. Throws if any of these cannot be read whole.
   */
  uses(region: string, imageIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** What carrying out a plan needs. */
export interface RunDeps {
  readonly cloud: Cloud;
  readonly state: State;
  readonly journal: Journal;
  readonly policies: readonly Policy[];
  readonly me: Claimant;
  readonly now: () => Millis;
  /** Nothing is begun that would not end before this time; it may come nearer, when a person interrupts. */
  readonly stopAt: () => Millis;
  /** How long a copy that was asked for may take to be visible. */
  readonly settle: Millis;
  /** Calls at the same time. */
  readonly concurrency: number;
}

/** What a replicator is made of: put together in one place (`open.ts`) and passed on from there. */
export interface Replicator extends RunDeps {
  /** Whether a process of this host is proven to be dead. */
  readonly isDead: (claimant: Claimant) => boolean;
}
