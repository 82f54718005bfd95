// The images of a world: adding, removing, finding and counting them.
import { type ImageState, progressOf, type StoredImage, type Work } from "./image.ts";
import type { Minutes, World } from "./types.ts";

/** The fields of a new image. Optional fields have defaults. */
export interface NewImage {
  readonly region: string;
  readonly owner: string;
  readonly name: string;
  readonly imageId?: string;
  readonly createdAt?: number;
  readonly description?: string;
  readonly sizeGiB?: number;
  readonly osName?: string;
  readonly platform?: string;
  readonly architecture?: string;
  readonly creator?: string;
  readonly source?: StoredImage["source"];
  readonly licenseType?: StoredImage["licenseType"];
  readonly encrypted?: boolean;
  readonly kmsKeyId?: string;
  readonly family?: string;
  readonly deprecated?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  /** Sizes of data disks in GiB. An image with data disks is a whole-instance image. */
  readonly dataDisks?: readonly number[];
  readonly work?: Work;
  readonly settled?: ImageState;
  readonly visibleFrom?: number;
  readonly copiedFrom?: StoredImage["copiedFrom"];
}

/** Adds an image to its region, which must exist. Generates an image id unless one is given. */
export function addImage(world: World, spec: NewImage): StoredImage {
  const imageMap = imageMapOf(world, spec.region);
  let imageId = spec.imageId ?? world.random.id("img");
  while (spec.imageId === undefined && imageMap.has(imageId)) imageId = world.random.id("img");
  const sizeGiB = spec.sizeGiB ?? world.config.imageSizeGiB;
  world.serial += 1;
  const image: StoredImage = {
    region: spec.region,
    imageId,
    owner: spec.owner,
    serial: world.serial,
    createdAt: spec.createdAt ?? world.now(),
    name: spec.name,
    description: spec.description ?? "",
    sizeGiB,
    osName: spec.osName ?? "TencentOS Server 3.1 (TK4)",
    platform: spec.platform ?? "TencentOS",
    architecture: spec.architecture ?? "x86_64",
    creator: spec.creator ?? spec.owner,
    source: spec.source ?? "CREATE_IMAGE",
    licenseType: spec.licenseType ?? "TencentCloud",
    encrypted: spec.encrypted ?? false,
    kmsKeyId: spec.kmsKeyId ?? "",
    family: spec.family ?? "",
    familySerial: world.serial,
    deprecated: spec.deprecated ?? false,
    snapshots:
      spec.owner === ""
        ? []
        : [
            { id: world.random.id("snap"), usage: "SYSTEM_DISK", sizeGiB },
            ...(spec.dataDisks ?? []).map((size) => ({
              id: world.random.id("snap"),
              usage: "DATA_DISK" as const,
              sizeGiB: size,
            })),
          ],
    tagWrites: Object.entries(spec.tags ?? {}).map(([key, value]) => ({ key, value, visibleFrom: 0 })),
    shares: new Map(),
    work: spec.work,
    settled: spec.settled ?? "NORMAL",
    visibleFrom: spec.visibleFrom ?? 0,
    copiedFrom: spec.copiedFrom,
  };
  imageMap.set(imageId, image);
  if (spec.copiedFrom) {
    const source = `${spec.copiedFrom.region}/${spec.copiedFrom.imageId}`;
    world.copies.set(source, [...(world.copies.get(source) ?? []), image]);
  }
  return image;
}

/** Sets the family of an image; an empty family removes the image from its family. */
export function setFamily(world: World, image: StoredImage, family: string): void {
  world.serial += 1;
  image.family = family;
  image.familySerial = world.serial;
}

/** Removes an image. Its snapshots stay in `leftSnapshots` unless `withSnapshots` is set. */
export function removeImage(world: World, image: StoredImage, withSnapshots: boolean): void {
  imageMapOf(world, image.region).delete(image.imageId);
  if (withSnapshots) return;
  for (const { id } of image.snapshots) world.leftSnapshots.push({ region: image.region, snapshotId: id });
}

/** Every existing image of a region, visible or not. */
export function imagesIn(world: World, region: string): StoredImage[] {
  return [...imageMapOf(world, region).values()].filter((image) => !hasVanished(world, image));
}

/** The images that an account sees in a region: its own, shared and public images. */
export function visibleImages(world: World, account: string, region: string): StoredImage[] {
  return imagesIn(world, region).filter((image) => canSee(world, account, image));
}

/** The image with an id, if the account can see it. */
export function visibleImage(world: World, account: string, region: string, imageId: string): StoredImage | undefined {
  const image = imageMapOf(world, region).get(imageId);
  return image && !hasVanished(world, image) && canSee(world, account, image) ? image : undefined;
}

function canSee(world: World, account: string, image: StoredImage): boolean {
  if (image.visibleFrom > world.workNow()) return false;
  return image.owner === "" || image.owner === account || image.shares.has(account);
}

function hasVanished(world: World, image: StoredImage): boolean {
  if (world.switches.failedCopyState !== "vanishes" || image.work?.state !== "SYNCING") return false;
  return progressOf(image, world.workNow()).state === "CREATEFAILED";
}

/** Whether the account is copying the image now. Copies that other accounts make do not count. */
export function isBusy(world: World, account: string, image: StoredImage): boolean {
  const source = `${image.region}/${image.imageId}`;
  const copies = world.copies.get(source);
  if (copies === undefined) return false;
  const at = world.workNow();
  const open = copies.filter((copy) => {
    const exists = imageMapOf(world, copy.region).has(copy.imageId);
    return exists && progressOf(copy, at).state === "SYNCING";
  });
  if (open.length === 0) world.copies.delete(source);
  else world.copies.set(source, open);
  return open.some((copy) => copy.owner === account);
}

/** The number of custom images of an account in a region that count towards the quota. */
export function countCustomImages(world: World, account: string, region: string): number {
  const at = world.workNow();
  return imagesIn(world, region).filter((image) => {
    if (image.owner !== account) return false;
    if (world.switches.quotaCountsSyncing === "yes") return true;
    return !["CREATING", "IMPORTING", "SYNCING"].includes(progressOf(image, at).state);
  }).length;
}

/** Whether an account has an image with this name in a region, apart from `except`. */
export function nameTaken(world: World, account: string, region: string, name: string, except?: StoredImage): boolean {
  return imagesIn(world, region).some((image) => image.owner === account && image.name === name && image !== except);
}

/** Work that begins now. `part` (0 to 1) chooses its duration between `min` and `max` minutes. */
export function beginWork(world: World, state: Work["state"], [min, max]: Minutes, part: number): Work {
  const startedAt = world.workNow();
  const minutes = min + (max - min) * part;
  return { state, startedAt, endsAt: startedAt + (minutes * 60_000) / world.config.timeScale };
}

function imageMapOf(world: World, region: string): Map<string, StoredImage> {
  const imageMap = world.images.get(region);
  if (imageMap === undefined) throw new Error(`region ${region} does not exist`);
  return imageMap;
}
