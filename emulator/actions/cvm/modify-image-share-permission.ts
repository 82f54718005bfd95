// The action ModifyImageSharePermission.
import type {
  ModifyImageSharePermissionRequest,
  ModifyImageSharePermissionResponse,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { ApiError, errors } from "../../errors.ts";
import type { StoredImage } from "../../world/image.ts";
import { type Call, CVM, defineAction } from "../shared/define-action.ts";
import { imageType, requireImage, shownState } from "../shared/image-view.ts";
import { required, string, strings } from "../shared/parameters.ts";

/** The maximum number of accounts that one image can be shared with. */
const SHARES_PER_IMAGE = 500;

/** Shares a custom image with other accounts in the same region, or stops sharing it. */
export const modifyImageSharePermission = defineAction<
  ModifyImageSharePermissionRequest,
  ModifyImageSharePermissionResponse
>({
  ...CVM,
  name: "ModifyImageSharePermission",
  write: true,
  rules: { ImageId: required(string), AccountIds: required(strings), Permission: required(string) },
  run(call, params) {
    const { world, account, region } = call;
    if (params.Permission !== "SHARE" && params.Permission !== "CANCEL") {
      throw errors.invalidValue("Permission", "it must be SHARE or CANCEL");
    }
    if (params.AccountIds.length === 0) throw errors.invalidValue("AccountIds", "it is empty");
    const image = requireImage(world, account.uin, region, params.ImageId);
    if (imageType(image, account.uin) !== "PRIVATE_IMAGE") {
      throw new ApiError(
        "UnauthorizedOperation.ImageNotBelongToAccount",
        `The image \`${image.imageId}\` does not belong to this account.`,
      );
    }
    if (params.Permission === "CANCEL") {
      for (const uin of params.AccountIds) image.shares.delete(uin);
    } else {
      checkShare(call, image, params.AccountIds);
      for (const uin of params.AccountIds) if (!image.shares.has(uin)) image.shares.set(uin, world.now());
    }
    call.touched.push({ region, imageId: image.imageId });
    return {};
  },
});

function checkShare({ world, account }: Call, image: StoredImage, accounts: readonly string[]): void {
  const id = image.imageId;
  if (shownState(world, account.uin, image) !== "NORMAL") {
    throw new ApiError("InvalidParameterValue.InvalidImageState", `The image \`${id}\` is used by another operation.`);
  }
  if (image.encrypted) {
    throw new ApiError("UnsupportedOperation.EncryptedImagesNotSupported", `The image \`${id}\` is encrypted.`);
  }
  if (image.licenseType === "BYOL") {
    throw new ApiError("FailedOperation.BYOLImageShareFailed", "Images with a licence of your own cannot be shared.");
  }
  if (/red ?hat/i.test(image.platform)) {
    throw new ApiError("FailedOperation.RImageShareFailed", "RedHat images cannot be shared.");
  }
  if (image.snapshots.some((snapshot) => snapshot.usage === "DATA_DISK")) {
    throw new ApiError("InvalidParameter.InstanceImageNotSupport", `The image \`${id}\` is of a whole instance.`);
  }
  for (const uin of accounts) {
    if (uin === account.uin) {
      throw new ApiError("InvalidAccountIs.YourSelf", "You cannot share an image with yourself.");
    }
    if (!world.config.accounts.some((candidate) => candidate.uin === uin)) {
      throw new ApiError("InvalidAccountId.NotFound", `The account \`${uin}\` is not found.`);
    }
    if (image.shares.has(uin) && world.switches.shareTwice === "error") {
      throw new ApiError(
        "FailedOperation.AccountAlreadyExists",
        `The image \`${id}\` is shared with \`${uin}\` already.`,
      );
    }
  }
  if (new Set([...image.shares.keys(), ...accounts]).size > SHARES_PER_IMAGE) {
    throw new ApiError("OverQuota", `An image can be shared with at most ${SHARES_PER_IMAGE} accounts.`);
  }
}
