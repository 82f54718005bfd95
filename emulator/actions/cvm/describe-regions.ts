// The two actions DescribeRegions: of the product region, and the older one of cvm.
import { errors } from "../../errors.ts";
import { defineAction } from "../shared/define-action.ts";

/**
 * Lists the regions of a product; the emulator supports the product `cvm` only (region 2022-06-27).
 */
export const describeRegions = defineAction("region", "DescribeRegions", ({ world }, { Product: product }) => {
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
});

/** The older action with the same name in cvm 2017-03-12, which the vendor no longer extends. */
export const describeRegionsOfCvm = defineAction(
  "cvm",
  "DescribeRegions",
  ({ world }) => ({
    TotalCount: world.config.regions.length,
    RegionSet: world.config.regions.map(({ id, name }) => ({
      Region: id,
      RegionName: name,
      RegionState: "AVAILABLE",
    })),
  }),
  { regional: false },
);
