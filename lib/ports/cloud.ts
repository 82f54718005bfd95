import type { Image, ImageRef, ImageType, Millis } from "../types.ts";

/** What to ask of SyncImages: one source, one name, any number of destinations. */
export interface SyncRequest {
  readonly source: ImageRef;
  readonly destinations: readonly string[];
  readonly name: string;
  /** A request whose signature would carry a later timestamp is destroyed before it leaves the process. */
  readonly notAfter: Millis;
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
  /** Sets name and description in one call. Answers the request id. `notAfter` is as in `SyncRequest`, for each request. */
  rename(image: ImageRef, name: string, description: string, notAfter: Millis): Promise<string>;
}
