// The action DescribeImageFromFamily.
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

type Comparison = (a: StoredImage, b: StoredImage) => number;
const newestFirst: Comparison = (a, b) => b.createdAt - a.createdAt || b.serial - a.serial;
const ORDERS: Record<World["switches"]["familyPointsTo"], Comparison> = {
  newest: newestFirst,
  "newest-modified": (a, b) => b.familySerial - a.familySerial,
  first: (a, b) => newestFirst(b, a),
};

/**
 * Returns a NORMAL image of a family that is not deprecated, or null. The choice is not documented.
 */
export const describeImageFromFamily = defineAction<DescribeImageFromFamilyRequest, DescribeImageFromFamilyResponse>({
  ...CVM,
  name: "DescribeImageFromFamily",
  write: false,
  rules: { ImageFamily: string },
  run({ world, account, region }, { ImageFamily: family = "" }) {
    const current = visibleImages(world, account.uin, region)
      .filter(
        (image) =>
          family !== "" &&
          image.family === family &&
          !image.deprecated &&
          imageType(image, account.uin) === "PRIVATE_IMAGE" &&
          shownState(world, account.uin, image) === "NORMAL",
      )
      .sort(ORDERS[world.switches.familyPointsTo])[0];
    return { Image: current ? viewImage(world, account.uin, current) : null };
  },
});
