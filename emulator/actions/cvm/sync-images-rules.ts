// The checks of SyncImages: the source and the destinations.
import { ApiError, errors } from "../../errors.ts";
import type { Params } from "../../model/model.ts";
import type { Region } from "../../settings/regions.ts";
import { progressOf, type StoredImage } from "../../world/image.ts";
import { countCustomImages, isBusy, nameTaken } from "../../world/inventory.ts";
import { hasKmsKey, quotaOf } from "../../world/world.ts";
import type { Call } from "../shared/define-action.ts";
import { checkName } from "../shared/image-names.ts";
import { imageType, requireImage } from "../shared/image-view.ts";

/**
 * Returns the source image. Throws `ApiError` if it cannot be copied now (cvm 2017-03-12,
 * SyncImages).
 */
export function checkSource({ world, account, region }: Call, params: Params<"cvm", "SyncImages">): StoredImage {
  const [imageId] = params.ImageIds;
  if (imageId === undefined) throw errors.invalidValue("ImageIds", "it is empty");
  if (params.ImageIds.length > 1) throw errors.tooManyValues("ImageIds", 1);
  if (params.DestinationRegions.length === 0) throw errors.invalidValue("DestinationRegions", "it is empty");
  if (params.ImageName !== undefined) checkName(params.ImageName);
  if (params.Encrypt && params.KmsKeyId !== undefined && !hasKmsKey(world, region, params.KmsKeyId)) {
    throw new ApiError("InvalidParameter.InvalidKmsKeyId", `The KMS key id \`${params.KmsKeyId}\` is not valid.`);
  }

  const source = requireImage(world, account.uin, region, imageId);
  if (imageType(source, account.uin) === "PUBLIC_IMAGE") {
    throw new ApiError("InvalidParameterValue.InvalidImageId", `The public image \`${imageId}\` cannot be copied.`);
  }
  const { state } = progressOf(source, world.workNow());
  if (state === "SYNCING") throw errors.imageBusy(imageId);
  if (state !== "NORMAL") throw errors.imageState(imageId, state);
  if (world.switches.sourceBusyWhileCopying !== "no" && isBusy(world, account.uin, source)) {
    throw errors.imageBusy(imageId);
  }
  if (source.snapshots.some((snapshot) => snapshot.usage === "DATA_DISK")) {
    throw new ApiError(
      "InvalidParameter.InstanceImageNotSupport",
      `The image \`${imageId}\` is an image of a whole instance, which this action does not support.`,
    );
  }
  if (params.Encrypt && imageType(source, account.uin) === "SHARED_IMAGE") {
    throw new ApiError(
      "UnsupportedOperation.SyncEncryptImageNotSupport",
      `The shared image \`${imageId}\` cannot be copied as an encrypted image: only a custom image can.`,
    );
  }
  if (source.encrypted) {
    throw params.Encrypt
      ? new ApiError(
          "UnsupportedOperation.SyncEncryptImageNotSupport",
          `The image \`${imageId}\` cannot be copied as an encrypted image.`,
        )
      : new ApiError(
          "UnsupportedOperation.EncryptedImagesNotSupported",
          `The image \`${imageId}\` is encrypted, which this action does not support.`,
        );
  }
  if (source.sizeGiB > world.config.maxCopyGiB) {
    throw new ApiError(
      "InvalidImageId.TooLarge",
      `The size of the image \`${imageId}\` (${source.sizeGiB} GiB) exceeds the limit (${world.config.maxCopyGiB} GiB).`,
    );
  }
  return source;
}

/** Throws `ApiError` unless the image can be copied to every destination. */
export function checkDestinations(
  call: Call,
  params: Params<"cvm", "SyncImages">,
  source: StoredImage,
  name: string,
): void {
  const { world, account, region } = call;
  const destinations = params.DestinationRegions;
  const sourceRegion = world.config.regions.find((candidate) => candidate.id === region);
  const destinationRegions = destinations.map((id) => {
    const destination = world.config.regions.find((candidate) => candidate.id === id);
    if (destination === undefined) throw new ApiError("InvalidRegion.NotFound", `The region \`${id}\` is not found.`);
    return destination;
  });
  if (new Set(destinations).size < destinations.length) {
    throw errors.invalidValue("DestinationRegions", "a region is named twice");
  }
  const isShared = imageType(source, account.uin) === "SHARED_IMAGE";
  if (isShared || params.Encrypt) {
    if (destinations.length > 1 || destinations[0] !== region) {
      const what = isShared ? "A shared image" : "An encrypted copy";
      throw new ApiError("InvalidParameterValue.InvalidRegion", `${what} can only go to the image's region ${region}.`);
    }
  } else if (destinations.includes(region)) {
    throw new ApiError("InvalidParameterValue.InvalidRegion", `The region \`${region}\` is the image's own region.`);
  }
  for (const destination of destinationRegions) {
    if ([destination.id, region].some((id) => world.config.unsyncableRegions.includes(id))) {
      throw new ApiError(
        "InvalidRegion.Unavailable",
        `The region \`${destination.id}\` does not support copying images.`,
      );
    }
    if (sourceRegion && !isCopyAllowed(sourceRegion, destination, account.crossBorderApproved ?? false)) {
      throw new ApiError(
        "UnsupportedOperation.Region",
        `Copying from \`${region}\` to \`${destination.id}\` is not supported for this account.`,
      );
    }
    if (countCustomImages(world, account.uin, destination.id) >= quotaOf(world, destination.id)) {
      throw errors.quota(destination.id, quotaOf(world, destination.id));
    }
    if (world.switches.uniqueNames === "everywhere" && nameTaken(world, account.uin, destination.id, name)) {
      throw errors.nameDuplicate(name, destination.id);
    }
  }
}

/** Whether images can be copied between the groups of two regions. */
function isCopyAllowed(from: Region, to: Region, approved: boolean): boolean {
  if (from.group === to.group) return true;
  return approved && from.group !== "finance" && to.group !== "finance";
}
