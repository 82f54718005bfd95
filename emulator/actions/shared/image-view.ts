// Images as the API shows them to an account.
import { errors } from "../../errors.ts";
import type { Output } from "../../model/model.ts";
import { type ImageState, progressOf, type StoredImage, tagsOf } from "../../world/image.ts";
import { isBusy, visibleImage } from "../../world/inventory.ts";
import type { World } from "../../world/types.ts";

/** Formats epoch milliseconds as `YYYY-MM-DDThh:mm:ssZ`, the format that struct Image documents. */
export function isoTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** PRIVATE_IMAGE, SHARED_IMAGE or PUBLIC_IMAGE. The type of an image depends on the account. */
export function imageType(image: StoredImage, account: string): string {
  if (image.owner === "") return "PUBLIC_IMAGE";
  return image.owner === account ? "PRIVATE_IMAGE" : "SHARED_IMAGE";
}

/** The image state that the API shows to an account. */
export function shownState(world: World, account: string, image: StoredImage): ImageState {
  const { state } = progressOf(image, world.workNow());
  const busy = world.switches.sourceBusyWhileCopying === "syncing" && isBusy(world, account, image);
  return state === "NORMAL" && busy ? "SYNCING" : state;
}

/** An image as DescribeImages shows it to an account (cvm 2017-03-12, struct Image). */
export function viewImage(world: World, account: string, image: StoredImage): Output<"cvm", "Image"> {
  const owned = image.owner === account;
  const tags = owned || world.switches.sharedImageTagsVisible === "yes" ? tagsOf(image, world.workNow()) : new Map();
  return {
    ImageId: image.imageId,
    OsName: image.osName,
    ImageType: imageType(image, account),
    CreatedTime: isoTime(image.createdAt),
    ImageName: image.name,
    ImageDescription: image.description,
    ImageSize: image.sizeGiB,
    Architecture: image.architecture,
    ImageState: shownState(world, account, image),
    Platform: image.platform,
    ImageCreator: image.creator,
    ImageSource: image.source,
    SyncPercent: syncPercent(world, image),
    IsSupportCloudinit: true,
    SnapshotSet: image.snapshots.map((s) => ({ SnapshotId: s.id, DiskUsage: s.usage, DiskSize: s.sizeGiB })),
    Tags: [...(tags as Map<string, string>)].map(([Key, Value]) => ({ Key, Value })),
    LicenseType: image.licenseType,
    ImageFamily: image.family,
    ImageDeprecated: image.deprecated,
  };
}

function syncPercent(world: World, image: StoredImage): number | null {
  const { state, percent } = progressOf(image, world.workNow());
  if (state === "NORMAL") {
    const shown = world.switches.syncPercentOnNormal;
    return shown === "null" ? null : shown;
  }
  return image.work?.state === "SYNCING" ? (percent ?? null) : null;
}

const IMAGE_ID = /^img-[0-9a-z]{8}$/;

/** Throws InvalidImageId.Malformed unless every id has the form of an image id. */
export function checkImageIds(ids: readonly string[]): void {
  const malformed = ids.find((id) => !IMAGE_ID.test(id));
  if (malformed !== undefined) throw errors.imageMalformed(malformed);
}

/**
 * Finds an image that an account can see. Throws InvalidImageId.Malformed or
 * InvalidImageId.NotFound.
 */
export function requireImage(world: World, account: string, region: string, imageId: string): StoredImage {
  checkImageIds([imageId]);
  const image = visibleImage(world, account, region, imageId);
  if (image === undefined) throw errors.imageNotFound([imageId]);
  return image;
}
