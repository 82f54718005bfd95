// The action ModifyImageSharePermission.
import { ApiError, errors } from "../../errors.ts";
import type { StoredImage } from "../../world/image.ts";
import { type Call, defineAction } from "../shared/define-action.ts";
import { imageType, requireImage, shownState } from "../shared/image-view.ts";

/** The maximum number of accounts that one image can be shared with. */
const SHARES_PER_IMAGE = 500;

/** Shares a custom image with other accounts in the same region, or stops sharing it. */
export const modifyImageSharePermission = defineAction("cvm", "ModifyImageSharePermission", (call, params) => {
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
    checkImage(call, image);
    const refused = params.AccountIds.map((uin) => whyRefused(call, image, uin));
    const accepted = params.AccountIds.filter((_, index) => !refused[index]);
    const [first] = refused.filter((error) => error !== undefined);
    if (first && world.switches.shareWithBadAccount === "nobody") throw first;
    checkNumber(image, accepted);
    for (const uin of accepted) if (!image.shares.has(uin)) image.shares.set(uin, world.now());
    if (first) throw first;
  }
  call.touched.push({ region, imageId: image.imageId });
  return {};
});

/** Throws if the image cannot be shared with any account. */
function checkImage({ world, account }: Call, image: StoredImage): void {
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
}

/** Why the image cannot be shared with this account. */
function whyRefused({ world, account }: Call, image: StoredImage, uin: string): ApiError | undefined {
  if (uin === account.uin) return new ApiError("InvalidAccountIs.YourSelf", "You cannot share an image with yourself.");
  if (!world.config.accounts.some((candidate) => candidate.uin === uin)) {
    const which = world.switches.badAccountNamed === "yes" ? `The account \`${uin}\`` : "An account";
    return new ApiError("InvalidAccountId.NotFound", `${which} is not found.`);
  }
  if (image.shares.has(uin) && world.switches.shareTwice === "error") {
    const text = `The image \`${image.imageId}\` is shared with \`${uin}\` already.`;
    return new ApiError("FailedOperation.AccountAlreadyExists", text);
  }
  return undefined;
}

function checkNumber(image: StoredImage, accounts: readonly string[]): void {
  if (new Set([...image.shares.keys(), ...accounts]).size > SHARES_PER_IMAGE) {
    throw new ApiError("OverQuota", `An image can be shared with at most ${SHARES_PER_IMAGE} accounts.`);
  }
}
