// The regions of CVM images, the built-in groups, and which pairs of regions are across the border.

/**
 * The side of the border on which a region is. Images cross from one side to the other only after
 * the vendor's approval (document 213/4943). A finance region is isolated from all others,
 * including other finance regions.
 */
export type Side = "mainland" | "outside" | "finance";

export interface Region {
  readonly id: string;
  readonly side: Side;
  /**
   * Whether the vendor's current list for CVM images has it. Only listed regions are in the
   * built-in groups.
   */
  readonly listed: boolean;
}

/**
 * The regions of CVM images. Source: cvm 2017-03-12, DescribeImageQuota, list of regions of
 * 2025-11-17. The unlisted regions are from the examples of region 2022-06-27, DescribeRegions. The
 * side follows from the place.
 */
export const REGIONS: readonly Region[] = [
  { id: "ap-beijing", side: "mainland", listed: true },
  { id: "ap-chengdu", side: "mainland", listed: true },
  { id: "ap-chongqing", side: "mainland", listed: true },
  { id: "ap-guangzhou", side: "mainland", listed: true },
  { id: "ap-nanjing", side: "mainland", listed: true },
  { id: "ap-shanghai", side: "mainland", listed: true },
  { id: "ap-bangkok", side: "outside", listed: true },
  { id: "ap-hongkong", side: "outside", listed: true },
  { id: "ap-jakarta", side: "outside", listed: true },
  { id: "ap-seoul", side: "outside", listed: true },
  { id: "ap-singapore", side: "outside", listed: true },
  { id: "ap-tokyo", side: "outside", listed: true },
  { id: "eu-frankfurt", side: "outside", listed: true },
  { id: "na-ashburn", side: "outside", listed: true },
  { id: "na-siliconvalley", side: "outside", listed: true },
  { id: "sa-saopaulo", side: "outside", listed: true },
  { id: "ap-guiyang", side: "mainland", listed: false },
  { id: "ap-xian-ec", side: "mainland", listed: false },
  { id: "ap-shanghai-fsi", side: "finance", listed: false },
  { id: "ap-shenzhen-fsi", side: "finance", listed: false },
];

/**
 * Regions that the vendor's SDKs still name, but that its list for CVM images no longer contains.
 */
export const RETIRED_REGIONS: readonly string[] = ["ap-guangzhou-open", "ap-mumbai", "eu-moscow", "na-toronto"];

const BY_ID: ReadonlyMap<string, Region> = new Map(REGIONS.map((region) => [region.id, region]));
const listed = REGIONS.filter((region) => region.listed);
const idsOn = (side: Side) => listed.filter((region) => region.side === side).map((region) => region.id);

/** The groups that every policy file can use without defining them. */
export const BUILT_IN_GROUPS: ReadonlyMap<string, readonly string[]> = new Map([
  ["mainland", idsOn("mainland")],
  ["outside", idsOn("outside")],
  ["all", listed.map((region) => region.id)],
]);

/** The region with this id; undefined if this program does not know it. */
export function regionOf(id: string): Region | undefined {
  return BY_ID.get(id);
}

/**
 * Whether a copy between two regions needs the vendor's approval. An unknown region counts as
 * across the border.
 */
export function crossesBorder(from: string, to: string): boolean {
  if (from === to) return false;
  const [a, b] = [regionOf(from)?.side, regionOf(to)?.side];
  return a === undefined || b === undefined || a === "finance" || a !== b;
}
