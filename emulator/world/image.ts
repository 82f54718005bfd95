/** `ImageState` of cvm 2017-03-12, struct Image. */
export type ImageState = "CREATING" | "NORMAL" | "CREATEFAILED" | "SYNCING" | "IMPORTING" | "IMPORTFAILED";

export const IMAGE_STATES: readonly ImageState[] = [
  "CREATING",
  "NORMAL",
  "CREATEFAILED",
  "SYNCING",
  "IMPORTING",
  "IMPORTFAILED",
];

/** Something that takes time. Times are those of `World.workNow()`. */
export interface Work {
  readonly state: "CREATING" | "SYNCING" | "IMPORTING";
  readonly startedAt: number;
  readonly endsAt: number;
  /** It fails when this much is done (0 to 100). */
  readonly failsAtPercent?: number;
  /** It never gets further than this (0 to 99). */
  readonly sticksAtPercent?: number;
}

export interface Snapshot {
  readonly id: string;
  readonly usage: "SYSTEM_DISK" | "DATA_DISK";
  readonly sizeGiB: number;
}

/** One write of one tag; without a value it was removed. DescribeImages shows it from `visibleFrom` on. */
export interface TagWrite {
  readonly key: string;
  readonly value: string | undefined;
  readonly visibleFrom: number;
}

/** An image as the emulator keeps it. What a caller sees of it depends on the clock and on who looks. */
export interface StoredImage {
  readonly region: string;
  readonly imageId: string;
  /** `uin` of the owner; empty for a public image. */
  readonly owner: string;
  /** Rises with every image of the world: the order of creation within one millisecond. */
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
  /** Empty: not encrypted, or with the product's own key. */
  readonly kmsKeyId: string;
  family: string;
  /** Rises with every family that is set: which image got its family last. */
  familySerial: number;
  deprecated: boolean;
  readonly snapshots: readonly Snapshot[];
  tagWrites: TagWrite[];
  /** `uin` it is shared with → when. */
  readonly shares: Map<string, number>;
  work: Work | undefined;
  /** The state without work, and after work that did not fail. */
  settled: ImageState;
  /** Nobody sees it before. */
  readonly visibleFrom: number;
  readonly copiedFrom: { readonly region: string; readonly imageId: string } | undefined;
}

/** State and progress (0 to 100) of an image at a time; without work there is no progress. */
export interface Progress {
  readonly state: ImageState;
  readonly percent: number | undefined;
}

/** Computes an image's own state from the clock; whether copying makes it busy is `isBusy`'s to say. */
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

/** The tags as they stand at a time, in the order of their first writing; with no time, as they really are. */
export function tagsOf(image: StoredImage, at = Number.POSITIVE_INFINITY): Map<string, string> {
  const tags = new Map<string, string>();
  for (const write of image.tagWrites) {
    if (write.visibleFrom > at) continue;
    if (write.value === undefined) tags.delete(write.key);
    else tags.set(write.key, write.value);
  }
  return tags;
}

/** Adds tag writes, and forgets those that a later visible one of the same key has replaced. */
export function writeTags(image: StoredImage, writes: readonly TagWrite[], at: number): void {
  const all = [...image.tagWrites, ...writes];
  image.tagWrites = all.filter(
    (write, index) =>
      write.visibleFrom > at ||
      !all.some((later, i) => i > index && later.key === write.key && later.visibleFrom <= at),
  );
}
