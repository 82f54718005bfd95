import type { Image, ImageRef, ImageType, Millis } from "../types.ts";

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

/** Attributes of an image to set, all in one call; what is absent stays as it is. An empty family is none. */
export interface ImageAttributes {
  readonly name?: string;
  readonly description?: string;
  readonly family?: string;
  readonly deprecated?: boolean;
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
  withdraw(image: ImageRef, accounts: readonly string[], notAfter: Millis): Promise<string>;
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
