// The action DescribeImageSharePermission.
import type {
  DescribeImageSharePermissionRequest,
  DescribeImageSharePermissionResponse,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { ApiError } from "../../errors.ts";
import { CVM, defineAction } from "../shared/define-action.ts";
import { imageType, isoTime, requireImage } from "../shared/image-view.ts";
import { required, string } from "../shared/parameters.ts";

/** Lists the accounts that a custom image is shared with. */
export const describeImageSharePermission = defineAction<
  DescribeImageSharePermissionRequest,
  DescribeImageSharePermissionResponse
>({
  ...CVM,
  name: "DescribeImageSharePermission",
  write: false,
  rules: { ImageId: required(string) },
  run({ world, account, region }, params) {
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
});
