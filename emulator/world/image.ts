// An image in the emulator: its stored fields, and its state and tags at a given time.
/** `ImageState` of cvm 2017-03-12, struct Image. */
export type ImageState = "CREATING" | "NORMAL" | "CREATEFAILED" | "SYNCING" | "IMPORTING" | "IMPORTFAILED";

/** All image states. */
export const IMAGE_STATES: readonly ImageState[] = [
  "CREATING",
  "NORMAL",
  "CREATEFAILED",
  "SYNCING",
  "IMPORTING",
  "IMPORTFAILED",
];

/** Work in progress on an image. Times are in milliseconds of `World.workNow()`. */
export interface Work {
  readonly state: "CREATING" | "SYNCING" | "IMPORTING";
  readonly startedAt: number;
  readonly endsAt: number;
  /** The work fails at this progress (0 to 100). */
  readonly failsAtPercent?: number;
  /** The work never exceeds this progress (0 to 99). */
  readonly sticksAtPercent?: number;
}

/** The snapshot of one disk of an image. */
export interface Snapshot {
  readonly id: string;
  readonly usage: "SYSTEM_DISK" | "DATA_DISK";
  readonly sizeGiB: number;
}

/**
 * One write of one tag; no value means removal. DescribeImages shows the write from `visibleFrom`
 * on.
 */
export interface TagWrite {
  readonly key: string;
  readonly value: string | undefined;
  readonly visibleFrom: number;
}

/**
 * An image as stored. Its visible fields depend on the clock and on the account that reads them.
 */
export interface StoredImage {
  readonly region: string;
  readonly imageId: string;
  /** `uin` of the owner; empty for a public image. */
  readonly owner: string;
  /** Increases with every image in the world; orders images created in the same millisecond. */
  readonly serial: number;
  readonly createdAt: number;
  name: string;
  description: string;
  readonly sizeGiB: number;
  readonly osName: string;
  readonly platform: string;
  readonly architecture: string;
  readonly creator: string;
  readonly source: "OFFICIAL" | "CREATE_IMAGE" | "EXTERNAL_IMPORT";
  readonly licenseType: "TencentCloud" | "BYOL";
  readonly encrypted: boolean;
  /** Empty if the image is not encrypted, or encrypted with the product's default key. */
  readonly kmsKeyId: string;
  family: string;
  /** Increases with every change of a family; orders images by when they joined their family. */
  familySerial: number;
  deprecated: boolean;
  readonly snapshots: readonly Snapshot[];
  tagWrites: TagWrite[];
  /** `uin` of the receiving account → time of sharing. */
  readonly shares: Map<string, number>;
  work: Work | undefined;
  /** The state if there is no work, and after successful work. */
  settled: ImageState;
  /** The image is invisible to every account before this time. */
  readonly visibleFrom: number;
  readonly copiedFrom: { readonly region: string; readonly imageId: string } | undefined;
}

/**
 * State and progress (0 to 100) of an image at a given time. Without work, `percent` is undefined.
 */
export interface Progress {
  readonly state: ImageState;
  readonly percent: number | undefined;
}

/**
 * Computes the state of an image from the clock. `isBusy` tells whether a running copy makes it
 * busy.
 */
export function progressOf(image: StoredImage, at: number): Progress {
  const { work } = image;
  if (work === undefined) return { state: image.settled, percent: undefined };
  const span = Math.max(1, work.endsAt - work.startedAt);
  const done = Math.min(100, Math.max(0, (100 * (at - work.startedAt)) / span));
  if (work.failsAtPercent !== undefined && done >= work.failsAtPercent) {
    return {
      state: work.state === "IMPORTING" ? "IMPORTFAILED" : "CREATEFAILED",
      percent: Math.floor(work.failsAtPercent),
    };
  }
  if (work.sticksAtPercent !== undefined && done >= work.sticksAtPercent) {
    return { state: work.state, percent: Math.floor(work.sticksAtPercent) };
  }
  if (done >= 100) return { state: image.settled, percent: 100 };
  return { state: work.state, percent: Math.floor(done) };
}

/**
 * The visible tags at a given time, in order of their first write. Without a time, all writes
 * count.
 */
export function tagsOf(image: StoredImage, at = Number.POSITIVE_INFINITY): Map<string, string> {
  const tags = new Map<string, string>();
  for (const write of image.tagWrites) {
    if (write.visibleFrom > at) continue;
    if (write.value === undefined) tags.delete(write.key);
    else tags.set(write.key, write.value);
  }
  return tags;
}

/** Appends tag writes and drops writes that a later visible write of the same key replaced. */
export function writeTags(image: StoredImage, writes: readonly TagWrite[], at: number): void {
  const all = [...image.tagWrites, ...writes];
  image.tagWrites = all.filter(
    (write, index) =>
      write.visibleFrom > at ||
      !all.some((later, i) => i > index && later.key === write.key && later.visibleFrom <= at),
  );
}
