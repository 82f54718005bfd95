import type { AbstractClient } from "tencentcloud-sdk-nodejs-common/tencentcloud/common/abstract_client.js";
import { CommonClient } from "tencentcloud-sdk-nodejs-common/tencentcloud/common/common_client.js";
import type { ClientConfig } from "tencentcloud-sdk-nodejs-common/tencentcloud/common/interface.js";
import { Client as CvmClient } from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_client.js";

/** `cn`: the site cloud.tencent.com, `intl`: tencentcloud.com. They differ in hosts and in accounts. */
export type Site = "cn" | "intl";

export type Service = "cvm" | "as" | "tag" | "sts";

/**
 * The host that serves a service. Finance regions have hosts of their own on both sites (cvm 2017-03-12, "Request
 * Structure", e.g. cvm.ap-shanghai-fsi.tencentcloudapi.com); the others share one host, or its `intl` sister.
 */
export function hostOf(service: Service, region: string | undefined, site: Site): string {
  if (region?.endsWith("-fsi")) return `${service}.${region}.tencentcloudapi.com`;
  return site === "intl" ? `${service}.intl.tencentcloudapi.com` : `${service}.tencentcloudapi.com`;
}

// Auto Scaling, Tag and STS have no typed package here: their generated clients would be this class with the version filled in.
const CLIENTS: Record<Service, (config: ClientConfig) => AbstractClient> = {
  cvm: (config) => new CvmClient(config),
  as: (config) => new CommonClient("as.tencentcloudapi.com", "2018-04-19", config),
  tag: (config) => new CommonClient("tag.tencentcloudapi.com", "2018-08-13", config),
  sts: (config) => new CommonClient("sts.tencentcloudapi.com", "2018-08-13", config),
};

/** A client of the official SDK for one service. Making one costs microseconds, so each call has its own. */
export function clientOf(service: Service, config: ClientConfig): AbstractClient {
  return CLIENTS[service](config);
}
