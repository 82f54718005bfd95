// The action DescribeImageQuota.
import { quotaOf } from "../../world/world.ts";
import { defineAction } from "../shared/define-action.ts";

/** Returns the maximum number of custom images in the region, not the current number. */
export const describeImageQuota = defineAction("cvm", "DescribeImageQuota", ({ world, region }) => ({
  ImageNumQuota: quotaOf(world, region),
}));
