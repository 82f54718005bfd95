// The action DescribeImageFromFamily.
import type { StoredImage } from "../../world/image.ts";
import { visibleImages } from "../../world/inventory.ts";
import type { World } from "../../world/types.ts";
import { defineAction } from "../shared/define-action.ts";
import { imageType, shownState, viewImage } from "../shared/image-view.ts";

type Comparison = (a: StoredImage, b: StoredImage) => number;
const newestFirst: Comparison = (a, b) => b.createdAt - a.createdAt || b.serial - a.serial;
const ORDERS: Record<World["switches"]["familyPointsTo"], Comparison> = {
  newest: newestFirst,
  "newest-modified": (a, b) => b.familySerial - a.familySerial,
  first: (a, b) => newestFirst(b, a),
};

/**
 * Returns a NORMAL image of a family, or null. The choice is not documented, nor is it whether a
 * deprecated image is passed over.
 */
export const describeImageFromFamily = defineAction(
  "cvm",
  "DescribeImageFromFamily",
  ({ world, account, region }, { ImageFamily: family = "" }) => {
    const current = visibleImages(world, account.uin, region)
      .filter(
        (image) =>
          family !== "" &&
          image.family === family &&
          !(image.deprecated && world.switches.familySkipsDeprecated === "yes") &&
          imageType(image, account.uin) === "PRIVATE_IMAGE" &&
          shownState(world, account.uin, image) === "NORMAL",
      )
      .sort(ORDERS[world.switches.familyPointsTo])[0];
    return { Image: current ? viewImage(world, account.uin, current) : null };
  },
);
