// The API of region 2022-06-27 after the vendor's model (tencentcloud-cli 6e53beb, 2026-08-21), made by ../generate.ts.
export const region = {
  version: "2022-06-27",
  actions: {
    DescribeRegions: {
      input: { Product: "string", Scene: "int?" },
      output: { TotalCount: "int", RegionSet: "RegionInfo[]" },
    },
  },
  inputs: {},
  outputs: {
    RegionInfo: {
      Region: "string?", RegionName: "string?", RegionState: "string?", RegionTypeMC: "int|null?",
      LocationMC: "string|null?", RegionNameMC: "string|null?", RegionIdMC: "string|null?",
    },
  },
} as const;
