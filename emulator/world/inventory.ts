import { type ImageState, progressOf, type StoredImage, type Work } from "./image.ts";
import type { Minutes, World } from "./types.ts";

/** What makes an image; everything else has a default. */
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
  /** Sizes of data disks in GiB. Any makes it a whole-instance image. */
  readonly dataDisks?: readonly number[];
  readonly work?: Work;
  readonly settled?: ImageState;
  readonly visibleFrom?: number;
  readonly copiedFrom?: StoredImage["copiedFrom"];
}

/** Puts an image into its region, with an id of its own unless one is given. The region must exist. */
export function addImage(world: World, made: NewImage): StoredImage {
  const shelf = shelfOf(world, made.region);
  let imageId = made.imageId ?? world.random.id("img");
  while (made.imageId === undefined && shelf.has(imageId)) imageId = world.random.id("img");
  const sizeGiB = made.sizeGiB ?? world.config.imageSizeGiB;
  world.serial += 1;
  const image: StoredImage = {
    region: made.region,
    imageId,
    owner: made.owner,
    serial: world.serial,
    createdAt: made.createdAt ?? world.now(),
    name: made.name,
    description: made.description ?? "",
    sizeGiB,
    osName: made.osName ?? "TencentOS Server 3.1 (TK4)",
    platform: made.platform ?? "TencentOS",
    architecture: made.architecture ?? "x86_64",
    creator: made.creator ?? made.owner,
    source: made.source ?? "CREATE_IMAGE",
    licenseType: made.licenseType ?? "TencentCloud",
    encrypted: made.encrypted ?? false,
    kmsKeyId: made.kmsKeyId ?? "",
    family: made.family ?? "",
    familySerial: world.serial,
    deprecated: made.deprecated ?? false,
    snapshots:
      made.owner === ""
        ? []
        : [
            { id: world.random.id("snap"), usage: "SYSTEM_DISK", sizeGiB },
            ...(made.dataDisks ?? []).map((size) => ({
              id: world.random.id("snap"),
              usage: "DATA_DISK" as const,
              sizeGiB: size,
            })),
          ],
    tagWrites: Object.entries(made.tags ?? {}).map(([key, value]) => ({ key, value, visibleFrom: 0 })),
    shares: new Map(),
    work: made.work,
    settled: made.settled ?? "NORMAL",
    visibleFrom: made.visibleFrom ?? 0,
    copiedFrom: made.copiedFrom,
  };
  shelf.set(imageId, image);
  if (made.copiedFrom) {
    const source = `${made.copiedFrom.region}/${made.copiedFrom.imageId}`;
    world.copies.set(source, [...(world.copies.get(source) ?? []), image]);
  }
  return image;
}

/** Puts an image into a family, or with an empty one into none. */
export function setFamily(world: World, image: StoredImage, family: string): void {
  world.serial += 1;
  image.family = family;
  image.familySerial = world.serial;
}

/** Takes an image away; its snapshots stay behind unless they go too. */
export function removeImage(world: World, image: StoredImage, withSnapshots: boolean): void {
  shelfOf(world, image.region).delete(image.imageId);
  if (withSnapshots) return;
  for (const { id } of image.snapshots) world.leftSnapshots.push({ region: image.region, snapshotId: id });
}

/** Every image of a region that is still there, seen or not. */
export function imagesIn(world: World, region: string): StoredImage[] {
  return [...shelfOf(world, region).values()].filter((image) => !hasVanished(world, image));
}

/** What an account can see in a region: its own, those shared with it, and the public ones. */
export function visibleImages(world: World, account: string, region: string): StoredImage[] {
  return imagesIn(world, region).filter((image) => canSee(world, account, image));
}

/** An image that an account can see, by id. */
export function visibleImage(world: World, account: string, region: string, imageId: string): StoredImage | undefined {
  const image = shelfOf(world, region).get(imageId);
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

/** Whether an account is copying the image right now. Copies that others make of a shared image do not count. */
export function isBusy(world: World, account: string, image: StoredImage): boolean {
  const source = `${image.region}/${image.imageId}`;
  const copies = world.copies.get(source);
  if (copies === undefined) return false;
  const at = world.workNow();
  const open = copies.filter((copy) => {
    const exists = shelfOf(world, copy.region).has(copy.imageId);
    return exists && progressOf(copy, at).state === "SYNCING";
  });
  if (open.length === 0) world.copies.delete(source);
  else world.copies.set(source, open);
  return open.some((copy) => copy.owner === account);
}

/** Custom images of an account in a region, as the quota counts them. */
export function countCustomImages(world: World, account: string, region: string): number {
  const at = world.workNow();
  return imagesIn(world, region).filter((image) => {
    if (image.owner !== account) return false;
    if (world.switches.quotaCountsSyncing === "yes") return true;
    return !["CREATING", "IMPORTING", "SYNCING"].includes(progressOf(image, at).state);
  }).length;
}

/** Whether an account has an image of that name in a region, other than the one given. */
export function nameTaken(world: World, account: string, region: string, name: string, except?: StoredImage): boolean {
  return imagesIn(world, region).some((image) => image.owner === account && image.name === name && image !== except);
}

/** Work that begins now. The share of the span that it takes is `part`, 0 to 1. */
export function beginWork(world: World, state: Work["state"], [min, max]: Minutes, part: number): Work {
  const startedAt = world.workNow();
  const minutes = min + (max - min) * part;
  return { state, startedAt, endsAt: startedAt + (minutes * 60_000) / world.config.timeScale };
}

function shelfOf(world: World, region: string): Map<string, StoredImage> {
  const shelf = world.images.get(region);
  if (shelf === undefined) throw new Error(`there is no region ${region}`);
  return shelf;
}
