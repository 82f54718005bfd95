// EventBridge and CLS through the vendor's SDK over HTTP.
import http from "node:http";
import net from "node:net";
import { CommonClient } from "tencentcloud-sdk-nodejs-common";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../emulator/server.ts";
import { createWorld } from "../../../emulator/world/world.ts";
import { encodeGroup, encodeLog, RULE } from "../logs/support.ts";
import { MAIN } from "../support.ts";
import { addFunction, FUNCTION, IMAGE_PATTERN } from "./support.ts";

const world = createWorld({ now: Date.now, rateLimits: false });
const agent = new http.Agent({ keepAlive: false });
let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator({ port: 0, world });
  Object.assign(agent, { createConnection: () => net.connect(emulator.port, "127.0.0.1") });
});

afterAll(async () => {
  agent.destroy();
  await emulator.close();
});

function client(product: string, version: string, secretKey = MAIN.secretKey) {
  const common = new CommonClient(`${product}.tencentcloudapi.com`, version, {
    credential: { secretId: MAIN.secretId, secretKey },
    region: "ap-guangzhou",
    profile: { httpProfile: { protocol: "http://", agent } },
  });
  return async (action: string, params: unknown, options?: object) =>
    (await common.request(action, params, options as never)) as Record<string, unknown>;
}

const control = async (path: string, body?: object) =>
  (await (
    await fetch(`${emulator.url}/_emulator${path}`, body && { method: "POST", body: JSON.stringify(body) })
  ).json()) as Record<string, unknown>;

describe("EventBridge", () => {
  it("delivers the event of an image to a function by a rule that the SDK made; late by a fault, without any request", async () => {
    addFunction(world);
    const eb = client("eb", "2021-04-16");
    const { EventBuses } = (await eb("ListEventBuses", {})) as { EventBuses: { EventBusId: string }[] };
    const EventBusId = EventBuses[0]?.EventBusId;
    const { RuleId } = await eb("CreateRule", { EventBusId, RuleName: "images", EventPattern: IMAGE_PATTERN });
    const TargetDescription = { ResourceDescription: FUNCTION };
    const { TargetId } = await eb("CreateTarget", { EventBusId, RuleId, Type: "scf", TargetDescription });
    const match = { service: "eb", action: "deliver" };
    await control("/faults", { match, effect: { kind: "deliver-late", ms: 50 } });
    await control("/faults", { match, effect: { kind: "deliver-times", count: 2 } });
    const cvm = client("cvm", "2017-03-12");
    const { RequestId } = await cvm("CreateImage", { ImageName: "golden", InstanceId: "ins-abcd1234" });
    await expect.poll(() => world.deliveries.length, { timeout: 10_000 }).toBe(2);
    const { deliveries, waiting } = await control("/deliveries");
    expect(deliveries).toMatchObject([{ ruleId: RuleId, targetId: TargetId, eventIds: [RequestId], result: "ok" }, {}]);
    expect(waiting).toBe(0);
    await expect(eb("DeleteRule", { EventBusId, RuleId })).rejects.toMatchObject({ code: "ResourceInUse.Rule" });
    await control("/clock", { advanceMs: 1000 });
  });
});

describe("CLS", () => {
  const octets = (topic: unknown, more: object = {}) => ({
    headers: { "Content-Type": "application/octet-stream", "X-CLS-TopicId": topic, ...more },
  });

  it("takes logs as Protocol Buffers with a signature over the bytes, and finds them", async () => {
    const cls = client("cls", "2020-10-16");
    const { LogsetId } = await cls("CreateLogset", { LogsetName: "replicator" });
    const { TopicId } = await cls("CreateTopic", { LogsetId, TopicName: "audit" });
    await cls("CreateIndex", { TopicId, Rule: RULE });
    const body = encodeGroup([encodeLog(Date.now(), { id: "1", level: "error 镜像" })]);
    await cls("UploadLog", body, octets(TopicId, { "X-CLS-HashKey": "0fffffffffffffffffffffffffffffff" }));
    await cls("UploadLog", body, octets(TopicId, { "X-CLS-CompressType": "" }));
    const search = { TopicId, From: 0, To: Date.now() + 1000, QueryString: "level:error", QuerySyntax: 1 };
    expect(await cls("SearchLog", search)).toMatchObject({
      Results: [1, 2].map(() => ({ LogJson: '{"id":"1","level":"error 镜像"}', TopicName: "audit" })),
      ListOver: true,
    });
    const refused = async (call: Promise<unknown>, code: string) => await expect(call).rejects.toMatchObject({ code });
    await refused(cls("UploadLog", { TopicId }), "FailedOperation.MissingContent");
    await refused(cls("UploadLog", body, octets("none")), "ResourceNotFound.TopicNotExist");
    await refused(cls("UploadLog", body, octets("")), "MissingParameter");
    await refused(cls("UploadLog", body.subarray(1), octets(TopicId)), "InvalidParameter.Content");
    const other = client("cls", "2020-10-16", "wrong");
    await refused(other("UploadLog", body, octets(TopicId)), "AuthFailure.SignatureFailure");
    await refused(cls("CreateLogset", body, octets(TopicId)), "InvalidParameter");
  });

  it("is away under a fault", async () => {
    const cls = client("cls", "2020-10-16");
    await control("/faults", { match: { service: "cls" }, effect: { kind: "http", status: 503 } });
    await expect(cls("DescribeTopics", {})).rejects.toMatchObject({ httpCode: 503 });
    await cls("DescribeTopics", {});
  });
});
