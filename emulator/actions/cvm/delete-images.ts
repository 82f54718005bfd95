// The action DeleteImages.
import { ApiError, errors } from "../../errors.ts";
import { removeImage, visibleImage } from "../../world/inventory.ts";
import { defineAction } from "../shared/define-action.ts";
import { checkImageIds, imageType, shownState } from "../shared/image-view.ts";

/**
 * Deletes all given custom images or none. Rejects images that are being created, copied or shared.
 */
export const deleteImages = defineAction("cvm", "DeleteImages", (call, params) => {
  const { world, account, region } = call;
  const ids = params.ImageIds;
  if (ids.length === 0) throw errors.invalidValue("ImageIds", "it is empty");
  if (ids.length > 100) throw errors.tooManyValues("ImageIds", 100);
  checkImageIds(ids);
  const images = [...new Set(ids)].map((id) => {
    const image = visibleImage(world, account.uin, region, id);
    if (image === undefined) throw errors.imageNotFound([id]);
    if (imageType(image, account.uin) !== "PRIVATE_IMAGE") {
      throw new ApiError("InvalidParameterValue.InvalidImageId", `The image \`${id}\` is not a custom image of yours.`);
    }
    const state = shownState(world, account.uin, image);
    const failed = world.switches.deleteFailedImages === "error" && state.endsWith("FAILED");
    if (failed || ["CREATING", "SYNCING", "IMPORTING"].includes(state)) throw errors.imageState(id, state);
    if (image.shares.size > 0) {
      throw new ApiError("InvalidImageId.InShared", `The image \`${id}\` is shared with other accounts.`);
    }
    return image;
  });
  if (params.DryRun) {
    if (world.switches.dryRunAnswer === "error") throw errors.dryRun();
    return {};
  }
  for (const image of images) {
    removeImage(world, image, params.DeleteBindedSnap ?? false);
    call.touched.push({ region, imageId: image.imageId });
  }
  return {};
});
