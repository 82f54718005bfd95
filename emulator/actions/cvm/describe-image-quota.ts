// The action DescribeImageQuota.
import type { DescribeImageQuotaResponse } from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { quotaOf } from "../../world/world.ts";
import { CVM, defineAction } from "../shared/define-action.ts";

/** Returns the maximum number of custom images in the region, not the current number. */
export const describeImageQuota = defineAction<Record<never, never>, DescribeImageQuotaResponse>({
  ...CVM,
  name: "DescribeImageQuota",
  write: false,
  rules: {},
  run({ world, region }) {
    return { ImageNumQuota: quotaOf(world, region) };
  },
});
