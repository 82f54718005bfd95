// The image as the cloud shows it, the form of its id, and which of two is newer. Other files import the types from types.ts.

/** A point in time (epoch milliseconds, UTC) or a duration (milliseconds). */
export type Millis = number;

/**
 * Names one image in one region. Image ids are unique per region and account, not across regions.
 */
export interface ImageRef {
  readonly region: string;
  readonly imageId: string;
}

/**
 * Whether a value has the form of an image id. Real ids have eight characters after the dash, e.g.
 * img-8toqc6s3 (cvm 2017-03-12); shorter and longer ones are allowed for.
 */
export function isImageId(value: unknown): value is string {
  return typeof value === "string" && /^img-[0-9a-z]{4,32}$/.test(value);
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

/** What decides which of two versions of an image is newer. */
export interface Version {
  readonly createdAt: Millis;
  readonly name: string;
  readonly region: string;
  readonly imageId: string;
}

/** Compares numbers in names by value: `web-2` comes before `web-10`, and 1.9.0 before 1.10.0. */
const { compare: compareNames } = new Intl.Collator("en", { numeric: true });

/**
 * Positive if `a` is newer. The time of creation decides; the API shows it in whole seconds, so of
 * two versions of one second the one with the higher name is newer, and then the one with the higher
 * id. The order is total, and the same in every region.
 */
export function compareVersions(a: Version, b: Version): number {
  return (
    a.createdAt - b.createdAt ||
    compareNames(a.name, b.name) ||
    compareCodeUnits(a.imageId, b.imageId) ||
    compareCodeUnits(a.region, b.region)
  );
}

function compareCodeUnits(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}
