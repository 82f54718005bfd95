// Which host serves a service in a region, and the SDK client for it.
import type { AbstractClient } from "tencentcloud-sdk-nodejs-common/tencentcloud/common/abstract_client.js";
import { CommonClient } from "tencentcloud-sdk-nodejs-common/tencentcloud/common/common_client.js";
import type { ClientConfig } from "tencentcloud-sdk-nodejs-common/tencentcloud/common/interface.js";
import { Client as CvmClient } from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_client.js";

/** `cn` is cloud.tencent.com, `intl` is tencentcloud.com. Their hosts and accounts differ. */
export type Site = "cn" | "intl";

export type Service = "cvm" | "as" | "tag" | "sts" | "region" | "cam" | "cls" | "eb" | "scf" | "ssm";

/**
 * The host that serves a service. Each finance region has its own host, the same on both sites (cvm
 * 2017-03-12, "Request Structure", e.g. cvm.ap-shanghai-fsi.tencentcloudapi.com). All other regions
 * of a site share one host.
 */
export function hostOf(service: Service, region: string | undefined, site: Site): string {
  if (region?.endsWith("-fsi")) return `${service}.${region}.tencentcloudapi.com`;
  return site === "intl" ? `${service}.intl.tencentcloudapi.com` : `${service}.tencentcloudapi.com`;
}

// All services but CVM need no package of their own: their generated clients would be this
// class with the version filled in.
const CLIENTS: Record<Service, (config: ClientConfig) => AbstractClient> = {
  cvm: (config) => new CvmClient(config),
  as: (config) => new CommonClient("as.tencentcloudapi.com", "2018-04-19", config),
  tag: (config) => new CommonClient("tag.tencentcloudapi.com", "2018-08-13", config),
  sts: (config) => new CommonClient("sts.tencentcloudapi.com", "2018-08-13", config),
  ssm: (config) => new CommonClient("ssm.tencentcloudapi.com", "2019-09-23", config),
  cam: (config) => new CommonClient("cam.tencentcloudapi.com", "2019-01-16", config),
  cls: (config) => new CommonClient("cls.tencentcloudapi.com", "2020-10-16", config),
  eb: (config) => new CommonClient("eb.tencentcloudapi.com", "2021-04-16", config),
  scf: (config) => new CommonClient("scf.tencentcloudapi.com", "2018-04-16", config),
  region: (config) => new CommonClient("region.tencentcloudapi.com", "2022-06-27", config),
};

/** An SDK client for one service. Creating one costs microseconds, so each call does. */
export function clientOf(service: Service, config: ClientConfig): AbstractClient {
  return CLIENTS[service](config);
}
