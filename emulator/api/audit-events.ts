// Audit events: a CloudAudit record for each write, in the envelope of EventBridge.
import { deliverEvent } from "../services/events/deliver.ts";
import type { AuditEvent, AuditRecord } from "../world/services/event-bus.ts";
import type { ImageAt, World } from "../world/types.ts";

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

/** Adds the audit event of a write, and delivers it to the rules that match. Failed writes have one too. */
export function audit(world: World, call: AuditedCall): void {
  const { account, service, region, requestId, outcome } = call;
  const failed = "code" in outcome;
  const eventType = call.console ? "ConsoleCall" : "ApiCall";
  const { resources, subject, content } = contentOf(world, call);
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
    resourceSet: [],
    ...content,
    resourceType: service,
    eventName: call.action,
    sensitiveAction: "0",
    tags: [""],
  };
  const event: AuditEvent = {
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
  };
  world.events.push(event);
  deliverEvent(world, event);
}

/** The fields of a record that depend on the switch `auditRecords`. */
type Content = Pick<AuditRecord, "resources" | "resourceName" | "requestParameters" | "responseElements">;

/** The project in the resource names of the real records: `id/` and an app id; this one is made up. */
const PROJECT = "id/1250000000";

function contentOf(world: World, call: AuditedCall): { resources: string[]; subject: string; content: Content } {
  const { account, images, outcome, params } = call;
  const resourcesWith = (project: string, regionOf: (id: string) => string) =>
    images.map(({ region, imageId }) => `qcs:${project}:cvm:${regionOf(region)}:uin/${account.uin}:image/${imageId}`);
  const listed = (resources: string[]) => JSON.stringify(resources.length > 0 ? resources : ["*"]);
  if (world.switches.auditRecords === "complete") {
    const resources = resourcesWith("", (id) => id);
    const subject = images[0]?.imageId ?? "";
    const responseElements = "code" in outcome ? "{}" : JSON.stringify(outcome.response);
    const requestParameters = JSON.stringify(params);
    return {
      resources,
      subject,
      content: { resources: listed(resources), resourceName: subject, requestParameters, responseElements },
    };
  }
  const shortOf = (id: string) => world.config.regions.find((region) => region.id === id)?.short ?? id;
  const isNamed = world.switches.auditRecords === "names-only";
  return {
    resources: [],
    subject: "",
    content: {
      resources: listed(isNamed ? [] : resourcesWith(PROJECT, shortOf)),
      resourceName: isNamed ? images.map(({ imageId }) => `image/${imageId}`).join("|") : "",
      requestParameters: "",
    },
  };
}
