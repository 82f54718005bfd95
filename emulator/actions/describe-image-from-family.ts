import type {
  DescribeImageFromFamilyRequest,
  DescribeImageFromFamilyResponse,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { CVM, defineAction } from "../action.ts";
import { imageType, shownState, viewImage } from "../image-view.ts";
import { visibleImages } from "../inventory.ts";
import { string } from "../validate.ts";

/** The newest image of a family that is NORMAL and not deprecated, or null. */
export const describeImageFromFamily = defineAction<DescribeImageFromFamilyRequest, DescribeImageFromFamilyResponse>({
  ...CVM,
  name: "DescribeImageFromFamily",
  write: false,
  rules: { ImageFamily: string },
  run({ world, account, region }, { ImageFamily: family = "" }) {
    const newest = visibleImages(world, account.uin, region)
      .filter(
        (image) =>
          family !== "" &&
          image.family === family &&
          !image.deprecated &&
          imageType(image, account.uin) === "PRIVATE_IMAGE" &&
          shownState(world, account.uin, image) === "NORMAL",
      )
      .sort((a, b) => b.createdAt - a.createdAt || b.serial - a.serial)[0];
    return { Image: newest ? viewImage(world, account.uin, newest) : null };
  },
});
