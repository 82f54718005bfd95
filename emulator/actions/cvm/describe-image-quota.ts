import type { DescribeImageQuotaResponse } from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { quotaOf } from "../../world/world.ts";
import { CVM, defineAction } from "../shared/define-action.ts";

/** How many custom images the account may have in the region; not how many it has. */
export const describeImageQuota = defineAction<Record<never, never>, DescribeImageQuotaResponse>({
  ...CVM,
  name: "DescribeImageQuota",
  write: false,
  rules: {},
  run({ world, region }) {
    return { ImageNumQuota: quotaOf(world, region) };
  },
});
