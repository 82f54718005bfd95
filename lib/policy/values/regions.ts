// The regions of CVM images, the built-in groups, and which pairs of regions are across the border.
import type { DeclaredSides } from "../../model/policy.ts";

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
  /** The old short form of the id, which audit records and older APIs of the vendor still use. */
  readonly short?: string;
}

/**
 * The regions of CVM images. Source: cvm 2017-03-12, DescribeImageQuota, list of regions of
 * 2025-11-17. The unlisted regions are from the examples of region 2022-06-27, DescribeRegions. The
 * side follows from the place. Short forms: comments of monitor 2018-07-24, and real audit records.
 */
export const REGIONS: readonly Region[] = [
  { id: "ap-beijing", side: "mainland", listed: true, short: "bj" },
  { id: "ap-chengdu", side: "mainland", listed: true, short: "cd" },
  { id: "ap-chongqing", side: "mainland", listed: true, short: "cq" },
  { id: "ap-guangzhou", side: "mainland", listed: true, short: "gz" },
  { id: "ap-nanjing", side: "mainland", listed: true, short: "nj" },
  { id: "ap-shanghai", side: "mainland", listed: true, short: "sh" },
  { id: "ap-bangkok", side: "outside", listed: true, short: "th" },
  { id: "ap-hongkong", side: "outside", listed: true, short: "hk" },
  { id: "ap-jakarta", side: "outside", listed: true, short: "jkt" },
  { id: "ap-seoul", side: "outside", listed: true, short: "kr" },
  { id: "ap-singapore", side: "outside", listed: true, short: "sg" },
  { id: "ap-tokyo", side: "outside", listed: true, short: "jp" },
  { id: "eu-frankfurt", side: "outside", listed: true, short: "de" },
  { id: "na-ashburn", side: "outside", listed: true, short: "use" },
  { id: "na-siliconvalley", side: "outside", listed: true, short: "usw" },
  { id: "sa-saopaulo", side: "outside", listed: true, short: "sao" },
  { id: "ap-guiyang", side: "mainland", listed: false },
  { id: "ap-xian-ec", side: "mainland", listed: false },
  { id: "ap-shanghai-fsi", side: "finance", listed: false, short: "shjr" },
  { id: "ap-shenzhen-fsi", side: "finance", listed: false, short: "szjr" },
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

/** The form of a region id, such as `ap-guangzhou` or `me-saudi-arabia`. */
const REGION_ID = /^[a-z]{2}-[a-z0-9-]{1,40}$/;
const BY_SHORT: ReadonlyMap<string, string> = new Map(
  REGIONS.flatMap(({ short, id }) => (short === undefined ? [] : [[short, id]])),
);

/**
 * The region id that a word means: a word of the form of an id itself, known or not, or the id that
 * an old short form such as `gz` stands for. Undefined for any other word.
 */
export function toRegionId(word: string): string | undefined {
  return BY_SHORT.get(word) ?? (REGION_ID.test(word) ? word : undefined);
}

/** The region with this id; undefined if this program does not know it. */
export function regionOf(id: string): Region | undefined {
  return BY_ID.get(id);
}

/**
 * The side of a region: that of the table, or the one that the policy file states for a region that
 * the table does not have. Undefined if neither knows it.
 */
export function sideOf(id: string, declared: DeclaredSides): Side | undefined {
  return regionOf(id)?.side ?? (Object.hasOwn(declared, id) ? declared[id] : undefined);
}

/**
 * Whether a copy between two regions needs the vendor's approval. A region whose side is unknown
 * counts as across the border.
 */
export function crossesBorder(from: string, to: string, declared: DeclaredSides): boolean {
  if (from === to) return false;
  const [a, b] = [sideOf(from, declared), sideOf(to, declared)];
  return a === undefined || b === undefined || a === "finance" || a !== b;
}
