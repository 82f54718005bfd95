// The two actions DescribeRegions: of the product region, and the older one of cvm.
import type { DescribeRegionsResponse as CvmResponse } from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { errors } from "../../errors.ts";
import { CVM, defineAction } from "../shared/define-action.ts";
import { integer, required, string } from "../shared/parameters.ts";

interface DescribeRegionsRequest {
  Product: string;
  Scene?: number;
}

interface DescribeRegionsResponse {
  TotalCount: number;
  RegionSet: {
    Region: string;
    RegionName: string;
    RegionState: string;
    RegionTypeMC: number;
    LocationMC: string;
    RegionNameMC: string;
    RegionIdMC: string;
  }[];
  RequestId: string;
}

/**
 * Lists the regions of a product; the emulator supports the product `cvm` only (region 2022-06-27).
 */
export const describeRegions = defineAction<DescribeRegionsRequest, DescribeRegionsResponse>({
  service: "region",
  version: "2022-06-27",
  name: "DescribeRegions",
  regional: false,
  write: false,
  rules: { Product: required(string), Scene: integer },
  run({ world }, { Product: product }) {
    if (product !== "cvm") throw errors.invalidValue("Product", "the emulator knows the regions of cvm only");
    return {
      TotalCount: world.config.regions.length,
      RegionSet: world.config.regions.map(({ id, name }) => ({
        Region: id,
        RegionName: name,
        RegionState: "AVAILABLE",
        RegionTypeMC: null,
        LocationMC: null,
        RegionNameMC: null,
        RegionIdMC: null,
      })),
    };
  },
});

/** The older action with the same name in cvm 2017-03-12, which the vendor no longer extends. */
export const describeRegionsOfCvm = defineAction<Record<never, never>, CvmResponse>({
  ...CVM,
  regional: false,
  name: "DescribeRegions",
  write: false,
  rules: {},
  run({ world }) {
    return {
      TotalCount: world.config.regions.length,
      RegionSet: world.config.regions.map(({ id, name }) => ({
        Region: id,
        RegionName: name,
        RegionState: "AVAILABLE",
      })),
    };
  },
});
