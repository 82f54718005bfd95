// From a new image to a line in the log, by the vendor's client alone: rule, function, role, topic.
import { setTimeout as sleep } from "node:timers/promises";
import { CommonClient } from "tencentcloud-sdk-nodejs-common";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IMAGE_PATTERN } from "../events/support.ts";
import { allow, policyIn, trustIn } from "../identity/support.ts";
import { RULE } from "../logs/support.ts";
import { MAIN } from "../support.ts";
import { type FunctionBench, functionBench, REGION } from "./support.ts";

const CODE = `exports.main_handler = async (event) => {
  console.log(JSON.stringify({ level: "info", id: event.data ? event.data.eventName : "none" }));
  const { TENCENTCLOUD_SECRETID: secretId, TENCENTCLOUD_SECRETKEY: secretKey, TENCENTCLOUD_SESSIONTOKEN: token } = process.env;
  return { secretId, secretKey, token };
};`;

let b: FunctionBench;

beforeAll(async () => {
  b = await functionBench();
});

afterAll(async () => {
  await b.close();
});

type Keys = { secretId: string; secretKey: string; token?: string };

/** Calls an action of any service. */
async function call(
  version: string,
  action: string,
  params: object,
  keys: Keys = MAIN,
): Promise<Record<string, unknown>> {
  const { secretId, secretKey, token } = keys;
  const client = new CommonClient(`127.0.0.1:${b.emulator.port}`, version, {
    credential: { secretId, secretKey, ...(token !== undefined && { token }) },
    region: REGION,
    profile: { httpProfile: { protocol: "http://" } },
  });
  return (await client.request(action, params)) as Record<string, unknown>;
}

describe("a deployed workflow", () => {
  it("runs the function for a new image and finds what it printed in CLS", async () => {
    await call("2019-01-16", "CreateRole", { RoleName: "replicator", PolicyDocument: trustIn() });
    const { LogsetId } = await call("2020-10-16", "CreateLogset", { LogsetName: "logs" });
    const { TopicId } = await call("2020-10-16", "CreateTopic", { LogsetId, TopicName: "functions" });
    await call("2020-10-16", "CreateIndex", { TopicId, Rule: RULE, Status: true });
    await b.deploy("replicate", CODE, { Role: "replicator", ClsTopicId: TopicId, ClsLogsetId: LogsetId });
    const { EventBuses } = await call("2021-04-16", "ListEventBuses", {});
    const EventBusId = (EventBuses as { EventBusId: string }[])[0]?.EventBusId;
    const rule = { EventBusId, RuleName: "images", EventPattern: IMAGE_PATTERN };
    const { RuleId } = await call("2021-04-16", "CreateRule", rule);
    const ResourceDescription = `qcs::scf:${REGION}:uin/${MAIN.uin}:namespace/default/function/replicate/$LATEST`;
    const target = { EventBusId, RuleId, Type: "scf", TargetDescription: { ResourceDescription } };
    await call("2021-04-16", "CreateTarget", target);

    await call("2017-03-12", "CreateImage", { ImageName: "golden", InstanceId: "ins-abcd1234" });
    const [run] = await b.invocations("replicate", 1);
    expect(run).toMatchObject({ isAsync: true, error: undefined });
    const query = { TopicId, From: 0, To: Date.now() + 60_000, QueryString: "id:CreateImage", QuerySyntax: 1 };
    const found = await call("2020-10-16", "SearchLog", query);
    const [line] = found["Results"] as { LogJson: string }[];
    expect(JSON.parse(line?.LogJson ?? "{}")).toMatchObject({
      level: "info",
      id: "CreateImage",
      SCF_FunctionName: "replicate",
      SCF_RequestId: run?.requestId,
      SCF_Type: "Custom",
    });
  });

  it("gives a function the keys of its role, and no more rights than that; they are replaced in time", async () => {
    const keys = JSON.parse((await b.invoke("replicate")).RetMsg) as Keys;
    const identity = () => call("2018-08-13", "GetCallerIdentity", {}, keys);
    await expect(identity()).rejects.toThrow(/no policy of the role replicator allows it/);
    const policy = { PolicyName: "identity", PolicyDocument: policyIn(allow("sts:GetCallerIdentity")) };
    const { PolicyId } = await call("2019-01-16", "CreatePolicy", policy);
    await call("2019-01-16", "AttachRolePolicy", { PolicyId, AttachRoleName: "replicator" });
    expect(await identity()).toMatchObject({ Type: "CAMRole", AccountId: MAIN.uin });
    for (const session of b.world.sessions) Object.assign(session, { expiresAt: Date.now() + 1000 });
    const replaced = JSON.parse((await b.invoke("replicate")).RetMsg) as Keys;
    expect(replaced.secretId).not.toBe(keys.secretId);
  });

  it("fails if the role does not exist, and tries an event again", async () => {
    await b.deploy("without-role", CODE, { Role: "absent" });
    const result = await b.invoke("without-role");
    expect([result.InvokeResult, result.ErrMsg]).toEqual([-1, "The role `absent` does not exist."]);
    await b.invoke("without-role", {}, { InvocationType: "Event" });
    await b.invocations("without-role", 2);
    await sleep(20);
    expect(b.world.asyncEvents.filter(({ target }) => target.name === "without-role")).toMatchObject([{ errors: 1 }]);
  });
});
