// The regions of the emulator and their groups.
/**
 * Copies stay inside a group. Copies between mainland and outside need the vendor's approval.
 * Finance regions are isolated.
 */
export type RegionGroup = "mainland" | "outside" | "finance";

export interface Region {
  readonly id: string;
  /** As DescribeRegions shows it (region 2022-06-27). */
  readonly name: string;
  readonly group: RegionGroup;
  /** The old short form of the id, as in audit records (monitor 2018-07-24). */
  readonly short?: string;
}

/**
 * Regions of the product "cvm" in state AVAILABLE: the list on the DescribeImageQuota page
 * (2025-11), plus those that the example of region 2022-06-27 DescribeRegions adds, and me-saudi-arabia from a real answer. The groups are
 * inferred from the names.
 */
export const REGIONS: readonly Region[] = [
  { id: "ap-guangzhou", name: "华南地区(广州)", group: "mainland", short: "gz" },
  { id: "ap-shanghai", name: "华东地区(上海)", group: "mainland", short: "sh" },
  { id: "ap-nanjing", name: "华东地区(南京)", group: "mainland", short: "nj" },
  { id: "ap-beijing", name: "华北地区(北京)", group: "mainland", short: "bj" },
  { id: "ap-chengdu", name: "西南地区(成都)", group: "mainland", short: "cd" },
  { id: "ap-chongqing", name: "西南地区(重庆)", group: "mainland", short: "cq" },
  { id: "ap-guiyang", name: "西南地区(贵阳)", group: "mainland" },
  { id: "ap-xian-ec", name: "西北地区(西安)", group: "mainland" },
  { id: "ap-hongkong", name: "港澳台地区(中国香港)", group: "outside", short: "hk" },
  { id: "ap-bangkok", name: "亚太东南(曼谷)", group: "outside", short: "th" },
  { id: "ap-jakarta", name: "亚太东南(雅加达)", group: "outside", short: "jkt" },
  { id: "ap-singapore", name: "亚太东南(新加坡)", group: "outside", short: "sg" },
  { id: "ap-seoul", name: "亚太东北(首尔)", group: "outside", short: "kr" },
  { id: "ap-tokyo", name: "亚太东北(东京)", group: "outside", short: "jp" },
  { id: "eu-frankfurt", name: "欧洲地区(法兰克福)", group: "outside", short: "de" },
  { id: "na-ashburn", name: "美国东部(弗吉尼亚)", group: "outside", short: "use" },
  { id: "na-siliconvalley", name: "美国西部(硅谷)", group: "outside", short: "usw" },
  { id: "me-saudi-arabia", name: "中东地区(利雅得)", group: "outside" },
  { id: "sa-saopaulo", name: "南美地区(圣保罗)", group: "outside", short: "sao" },
  { id: "ap-shanghai-fsi", name: "华东地区(上海金融)", group: "finance", short: "shjr" },
  { id: "ap-shenzhen-fsi", name: "华南地区(深圳金融)", group: "finance", short: "szjr" },
];
