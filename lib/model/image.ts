// The image as the cloud shows it. Other files import it from types.ts.

/** A point in time (epoch milliseconds, UTC) or a duration (milliseconds). */
export type Millis = number;

/**
 * Names one image in one region. Image ids are unique per region and account, not across regions.
 */
export interface ImageRef {
  readonly region: string;
  readonly imageId: string;
}

/** `ImageState` of the CVM API (cvm 2017-03-12, struct Image). */
export type ImageState = "CREATING" | "NORMAL" | "CREATEFAILED" | "SYNCING" | "IMPORTING" | "IMPORTFAILED";

/**
 * `custom`: an image of this account. `shared`: an image that another account shares with it.
 * `public`: the vendor's.
 */
export type ImageType = "custom" | "shared" | "public";

/** An image as the cloud shows it. Every reading of a region makes new ones; none is stored. */
export interface Image extends ImageRef {
  readonly name: string;
  readonly description: string;
  readonly type: ImageType;
  /** An unknown state keeps the spelling of the cloud. */
  readonly state: ImageState | (string & {});
  readonly sizeGiB: number;
  readonly osName: string;
  readonly platform: string;
  readonly architecture: string;
  /** The account (uin) that created the image; of a shared image, the account that shares it. */
  readonly creator: string;
  readonly createdAt: Millis;
  /** The image family; absent if the image has none. */
  readonly family?: string;
  readonly deprecated: boolean;
  /**
   * Whether it is an image of a whole instance, with data disks. SyncImages does not copy such
   * images.
   */
  readonly wholeMachine: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** 0 to 100. Not a sign of readiness: the vendor's own example shows 20 on a NORMAL image. */
  readonly syncPercent?: number;
}
