// The action ModifyImageAttribute.
import { ApiError, errors } from "../../errors.ts";
import { setFamily } from "../../world/inventory.ts";
import { defineAction } from "../shared/define-action.ts";
import { checkDescription, checkName, checkUnique } from "../shared/image-names.ts";
import { imageType, requireImage, shownState } from "../shared/image-view.ts";

/**
 * Changes name, description, family or deprecation. Rejects images that are being created (for
 * copies, see `renameWhileSyncing`), and images that are shared with or by the caller (cvm
 * 2017-03-12, ModifyImageAttribute and ModifyImageSharePermission).
 */
export const modifyImageAttribute = defineAction("cvm", "ModifyImageAttribute", (call, params) => {
  const { world, account, region } = call;
  if (params.ImageName !== undefined) checkName(params.ImageName);
  checkDescription(params.ImageDescription);
  const image = requireImage(world, account.uin, region, params.ImageId);
  if (imageType(image, account.uin) === "PUBLIC_IMAGE") throw errors.imageNotFound([image.imageId]);
  const isShared = image.shares.size > 0 && world.switches.modifyWhileShared === "refused";
  if (imageType(image, account.uin) === "SHARED_IMAGE" || isShared) {
    throw new ApiError(
      "UnsupportedOperation.SharedImageModifyUnsupported",
      `The image \`${image.imageId}\` is shared and cannot be modified.`,
    );
  }
  const state = shownState(world, account.uin, image);
  const isAllowedWhileSyncing = state === "SYNCING" && world.switches.renameWhileSyncing === "allowed";
  if (state !== "NORMAL" && !isAllowedWhileSyncing) throw errors.imageState(image.imageId, state);
  if (params.ImageName !== undefined) checkUnique(world, account.uin, region, params.ImageName, image);

  if (params.ImageName !== undefined) image.name = params.ImageName;
  if (params.ImageDescription !== undefined) image.description = params.ImageDescription;
  if (params.ImageFamily || (params.ImageFamily === "" && world.switches.emptyFamily === "clears"))
    setFamily(world, image, params.ImageFamily);
  if (params.ImageDeprecated !== undefined) image.deprecated = params.ImageDeprecated;
  call.touched.push({ region, imageId: image.imageId });
  return {};
});
