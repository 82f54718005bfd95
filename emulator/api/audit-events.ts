// Audit events: a CloudAudit record for each write, in the envelope of EventBridge.
import type { AuditRecord, ImageAt, World } from "../world/types.ts";

/** The data of a write that its audit event needs. */
export interface AuditedCall {
  readonly account: { readonly uin: string; readonly secretId: string };
  readonly service: string;
  readonly action: string;
  readonly region: string;
  readonly params: unknown;
  readonly requestId: string;
  /** The response, or the error. */
  readonly outcome: { readonly response: unknown } | { readonly code: string; readonly message: string };
  /** The images that the write concerns. */
  readonly images: readonly ImageAt[];
  /** Whether the write came through the control API, which stands for the vendor's console. */
  readonly console?: boolean;
}

/** Adds the audit event of a write. Failed writes have one too. */
export function audit(world: World, call: AuditedCall): void {
  const { account, service, region, requestId, outcome } = call;
  const failed = "code" in outcome;
  const eventType = call.console ? "ConsoleCall" : "ApiCall";
  const resources = call.images.map((image) => `qcs::cvm:${image.region}:uin/${account.uin}:image/${image.imageId}`);
  const subject = call.images[0]?.imageId ?? "";
  const record: AuditRecord = {
    userIdentity: {
      principalId: account.uin,
      accountId: account.uin,
      secretId: call.console ? "" : account.secretId,
      sessionContext: "{}",
      type: "Root",
      userName: "root",
    },
    eventRegion: region,
    eventVersion: 2,
    errorCode: failed ? outcome.code : "0",
    errorMessage: failed ? outcome.message : "",
    requestID: requestId,
    eventID: requestId,
    apiVersion: "3.0",
    eventType,
    actionType: "Write",
    httpMethod: "POST",
    apiErrorCode: failed ? outcome.code : 0,
    apiErrorMessage: failed ? outcome.message : "",
    userAgent: call.console ? "Mozilla/5.0" : "SDK",
    eventTime: Math.floor(world.now() / 1000),
    sourceIPAddress: "127.0.0.1",
    eventSource: `${service}.${region === "" ? "" : `${region}.`}api.tencentyun.com`,
    resources: JSON.stringify(resources.length > 0 ? resources : ["*"]),
    resourceName: subject,
    resourceSet: [],
    requestParameters: JSON.stringify(call.params),
    responseElements: failed ? "{}" : JSON.stringify(outcome.response),
    resourceType: service,
    eventName: call.action,
    sensitiveAction: "0",
    tags: [""],
  };
  world.events.push({
    cursor: world.events.length + 1,
    account: account.uin,
    event: {
      specversion: "1.0",
      id: requestId,
      source: `${service}.cloud.tencent`,
      type: `${service}:CloudEvent:${eventType}`,
      subject,
      time: world.now(),
      region,
      resource: resources,
      datacontenttype: "application/json;charset=utf-8",
      tags: {},
      data: record,
    },
  });
}
