import type {
  DescribeImageFromFamilyRequest,
  DescribeImageFromFamilyResponse,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import type { StoredImage } from "../../world/image.ts";
import { visibleImages } from "../../world/inventory.ts";
import type { World } from "../../world/types.ts";
import { CVM, defineAction } from "../shared/define-action.ts";
import { imageType, shownState, viewImage } from "../shared/image-view.ts";
import { string } from "../shared/parameters.ts";

type Order = (a: StoredImage, b: StoredImage) => number;
const newestFirst: Order = (a, b) => b.createdAt - a.createdAt || b.serial - a.serial;
const ORDERS: Record<World["switches"]["familyPointsTo"], Order> = {
  newest: newestFirst,
  "newest-modified": (a, b) => b.familySerial - a.familySerial,
  first: (a, b) => newestFirst(b, a),
};

/** One image of a family that is NORMAL and not deprecated, or null; which one is not documented. */
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
      .sort(ORDERS[world.switches.familyPointsTo])[0];
    return { Image: newest ? viewImage(world, account.uin, newest) : null };
  },
});
