// The ports: what a run needs from outside. Cloud, State, Journal, clock and claimant.
import type { CloudError } from "./errors.ts";
import type { Policy, TemplateVersions } from "./policy.ts";
import type {
  AccountRecord,
  AwaitedImage,
  Claimant,
  Copy,
  CopyPhase,
  Delivery,
  Image,
  ImageRef,
  ImageType,
  JournalEntry,
  JournalLine,
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
 * Which copies to read: those that fulfil at least one of the conditions, and every other copy of
 * their sources, because the rules look at all copies of a source together. No condition: no copy.
 */
export interface Which {
  /** Every copy of the account, as a sweep needs them. */
  readonly all?: true;
  /** The open copies that are due by this time (`dueAt`). */
  readonly dueBy?: Millis;
  /** The copies of these images, and the copies that they are. */
  readonly images?: readonly ImageRef[];
  /** The copies in these regions. */
  readonly regions?: readonly string[];
  /** The finished copies that were given one of these names, each in its region. */
  readonly names?: readonly { readonly region: string; readonly name: string }[];
  /** The copies in one of these families, each in its region, except those that have ended. */
  readonly families?: readonly { readonly region: string; readonly family: string }[];
}

/** What is recorded about an account. */
export interface Records {
  /** Undefined before the first run of an account. */
  readonly record: AccountRecord | undefined;
  /** The images that events named before they were NORMAL. */
  readonly awaited: readonly AwaitedImage[];
  /** The copies that were asked for, each once. */
  readonly copies: readonly Copy[];
  /**
   * How many copies the account has in each phase, of all its copies. Kept while copies are saved,
   * never counted, so that an answer costs the same with a million copies.
   */
  readonly totals: Totals;
  /** When the oldest unsent journal line was written. Part of the read, so that an idle run makes no query for it. */
  readonly unsentSince?: Millis | undefined;
}

/** The number of copies by phase; a phase without copies may be missing. */
export type Totals = Readonly<Partial<Record<CopyPhase, number>>>;

/** A copy to save, and the journal entries to write if, and only if, it was saved. */
export interface CopyChange {
  readonly copy: Copy;
  readonly entries?: readonly JournalEntry[];
}

/** What to save at once, all of one account. Each copy at most once. */
export interface Changes {
  readonly copies?: readonly CopyChange[];
  readonly record?: AccountRecord;
  /** Adding an image that is already awaited keeps the first entry. */
  readonly awaited?: { readonly add: readonly AwaitedImage[]; readonly remove: readonly AwaitedImage[] };
  /** Replaces the run with the same id, if there is one. */
  readonly run?: Run;
  readonly entries?: readonly JournalEntry[];
}

/** What became of the records of a `save`, each by itself. */
export interface Saved {
  /**
   * In the order of the changes: the copy as it is stored now, with its new version; undefined if
   * another process was first, and then nothing of this copy is stored.
   */
  readonly copies: readonly (Copy | undefined)[];
  /** The same for the account record; undefined also if there was none to save. */
  readonly record: AccountRecord | undefined;
}

/**
 * The records of the replicator: a cache of what the cloud does not show. Correctness rests on two
 * promises, each about one record: `save` creates a record only once, and replaces it only at the
 * version that was read. Nothing is promised about several records together, so that a store
 * without transactions can implement this port.
 *
 * Every method throws `StateError` if the store cannot be reached or its answer is invalid.
 */
export interface State {
  /** The accounts with records, sorted. A bucket may not list the newest one for a moment. */
  accounts(): Promise<string[]>;
  /** Reads the records of an account: one query of a database. Never writes. */
  read(account: string, which?: Which): Promise<Records>;
  /**
   * Saves records: one query of a database for some hundred of them. Version 0 creates a record,
   * which succeeds only once; any other version replaces the record only if it still has that
   * version. Versions are never reused, not even after the record was deleted or the whole state
   * was lost, so the first version of a record is random.
   *
   * Never repeats a write of which the answer was lost: that is a `StateError`, some of the changes
   * may be stored, and the next run reads which.
   */
  save(account: string, changes: Changes): Promise<Saved>;
  /**
   * Deletes all copies and awaited images of an account, valid or damaged, and its account record
   * if that is damaged. May be repeated after an interruption.
   */
  forget(account: string): Promise<void>;
  /** The latest runs, newest first. */
  runs(account: string, limit: number): Promise<Run[]>;
  /**
   * The latest entries of the journal, newest first. With `imageId` only those about this image, as
   * root or as copy.
   */
  entries(account: string, limit: number, imageId?: string): Promise<JournalEntry[]>;
  /**
   * The journal lines that no log service has taken yet, oldest first, at most `limit`. Every line
   * counts as unsent when it is saved, whatever process saves it.
   */
  unsent(account: string, limit: number): Promise<JournalLine[]>;
  /**
   * Marks journal lines as taken by a log service. Ids that are marked already, or whose lines were
   * deleted, are ignored, so that it may be repeated.
   */
  markSent(account: string, ids: readonly string[]): Promise<void>;
  /**
   * Deletes the runs that started and the journal entries that were written before a time, and the
   * copies that have ended and were last changed before it. An ended copy has no image, so nothing in
   * the cloud is forgotten with it.
   */
  deleteHistoryBefore(account: string, before: Millis): Promise<void>;
  close(): Promise<void>;
}

/**
 * Where every decision and every call that changes something in the cloud is also written, beside
 * the state, which keeps the entries itself: standard output, a log service.
 */
export interface Journal {
  append(entries: readonly JournalEntry[]): Promise<void>;
}

/** Takes the journal's lines, each at least once under its id. */
export interface LogService {
  /**
   * Sends lines in their order, and starts no request after `until`. A line that is refused for its
   * content is sent again in a short form, so that it keeps no other waiting. Throws nothing.
   */
  send(lines: readonly JournalLine[], until: Millis): Promise<Delivery>;
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

/** The answer to a call that names several accounts or tags. */
export interface ListAnswer {
  /** Of the last request. */
  readonly requestId: string;
  /** The accounts, or the keys of the tags, that the cloud refuses. All others were accepted. */
  readonly refused: ReadonlyMap<string, CloudError>;
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
  /**
   * Adds or replaces tags. May take several requests; `notAfter` counts for each. If the cloud
   * refuses some of the tags, the others are set all the same.
   */
  tag(image: ImageRef, account: string, tags: Readonly<Record<string, string>>, notAfter: Millis): Promise<ListAnswer>;
  /** Removes tags. It is no error if the image does not have them. */
  untag(image: ImageRef, account: string, keys: readonly string[], notAfter: Millis): Promise<string>;
  /** Sets attributes in one call. */
  modify(image: ImageRef, attributes: ImageAttributes, notAfter: Millis): Promise<string>;
  /** The accounts that one of this account's images is shared with. */
  sharedWith(image: ImageRef): Promise<string[]>;
  /**
   * Shares one of this account's images. It is no error if an account has the share already. If the
   * cloud refuses some of the accounts, the others get the image all the same.
   */
  share(image: ImageRef, accounts: readonly string[], notAfter: Millis): Promise<ListAnswer>;
  /**
   * Stops sharing an image with these accounts. If the cloud refuses one of them, this throws after
   * it has stopped sharing with all others.
   */
  unshare(image: ImageRef, accounts: readonly string[], notAfter: Millis): Promise<string>;
  /** Deletes one of this account's images, with its snapshots. */
  deleteImage(image: ImageRef, notAfter: Millis): Promise<string>;
  /** The ids of all regions that the cloud has for CVM. */
  regions(): Promise<string[]>;
  /** How many custom images the account may have in a region (not how many it has). */
  quota(region: string): Promise<number>;
  /** The id of the image that a family points to in a region; undefined if it points to none. */
  familyImage(region: string, family: string): Promise<string | undefined>;
  /**
   * The images among these that are in use in their region, each with its user: an instance, a
   * version of a launch template, or a launch configuration of Auto Scaling. Throws if any of these
   * lists cannot be read whole. `versions`: the versions of launch templates that count.
   */
  uses(region: string, imageIds: readonly string[], versions: TemplateVersions): Promise<ReadonlyMap<string, string>>;
}

/** What a run needs to plan and to apply its plan. */
export interface RunDeps {
  readonly cloud: Cloud;
  readonly state: State;
  readonly journal: Journal;
  readonly policies: readonly Policy[];
  /** This process, as the holder of its claims. */
  readonly me: Claimant;
  /** The id of this installation, if the user has given one; else the state makes and keeps one. */
  readonly installation?: string;
  readonly now: () => Millis;
  /**
   * The deadline: nothing starts that may not end before it. It moves closer when the user
   * interrupts the command.
   */
  readonly stopAt: () => Millis;
  /** Whether a user has ended the run: what it did not read then did not fail. Absent: nobody can. */
  readonly isInterrupted?: () => boolean;
  /** `SETTLE`: how long a requested copy may stay invisible in listings. */
  readonly settle: Millis;
  /** How many calls run at the same time. */
  readonly concurrency: number;
  /** Ends after this time, for waits that something else may end first. */
  readonly pause: (length: Millis) => Promise<void>;
}

/** All parts of a replicator. `lib/replicator/open/open-replicator.ts` puts them together. */
export interface Replicator extends RunDeps {
  /** Takes the journal at the end of a run. Absent: the lines wait in the state. */
  readonly logService?: LogService;
  /** `SWEEP_EVERY`: how often the timer sweeps. */
  readonly sweepEvery: Millis;
  /** Whether a process of this host is proven to be dead. */
  readonly isDead: (claimant: Claimant) => boolean;
}
