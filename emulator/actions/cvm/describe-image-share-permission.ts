// The action DescribeImageSharePermission.
import { ApiError } from "../../errors.ts";
import { defineAction } from "../shared/define-action.ts";
import { imageType, isoTime, requireImage } from "../shared/image-view.ts";

/** Lists the accounts that a custom image is shared with. */
export const describeImageSharePermission = defineAction(
  "cvm",
  "DescribeImageSharePermission",
  ({ world, account, region }, params) => {
    const image = requireImage(world, account.uin, region, params.ImageId);
    if (imageType(image, account.uin) !== "PRIVATE_IMAGE") {
      throw new ApiError(
        "UnauthorizedOperation.ImageNotBelongToAccount",
        `The image \`${image.imageId}\` does not belong to this account.`,
      );
    }
    return {
      SharePermissionSet: [...image.shares].map(([uin, at]) => ({ CreatedTime: isoTime(at), AccountId: uin })),
    };
  },
);
