// Each function runs with a role that has its files of deploy/cam/ alone, as it is deployed.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { callAction } from "../../emulator/api/dispatch.ts";
import { makeImages } from "../../emulator/control/console.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import { issueRoleSession } from "../../emulator/services/identity/sessions.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { TOP, temporaryFolder, userEnv } from "../e2e/support.ts";
import { functionEnv } from "../support/compiled-policy.ts";
import { invokeFunction } from "../support/in-process.ts";
import { makeTopic, type TestTopic } from "../support/log-topic.ts";
import { type CamPolicy, readCam } from "../support/permissions.ts";

const [MAIN, , TEAM] = DEFAULT_ACCOUNTS;
const HOME = "ap-guangzhou";
const BUCKET = `state-${MAIN.appId}`;
const CONTEXT = { getRemainingTimeInMillis: () => 900_000 };
const POLICY = `version: 1
policies:
  - name: golden
    from: [${HOME}]
    select: { name: ["golden-*"] }
    to: [ap-shanghai]
    copy: { shareWith: ["${TEAM.uin}"], tags: { set: { env: prod } } }
`;

let folder: ReturnType<typeof temporaryFolder>;
let world: World;
let emulator: Emulator;
let image: { region: string; imageId: string };
let topic: TestTopic;

beforeEach(async () => {
  folder = temporaryFolder();
  writeFileSync(join(folder.path, "policy.yaml"), POLICY);
  // A copy takes at most 30 ms.
  world = createWorld({
    now: Date.now,
    timeScale: 60_000,
    rateLimits: false,
    buckets: [{ name: BUCKET, region: HOME }],
  });
  emulator = await startEmulator({ port: 0, world });
  topic = makeTopic(world);
  const [made] = makeImages(world, { region: HOME, name: "golden-web", sizeGiB: 20 });
  image = { region: HOME, imageId: made?.imageId ?? "" };
});
afterEach(async () => {
  await emulator.close();
  folder.remove();
});

const cam = (action: string, params: Record<string, unknown>) =>
  callAction(world, { account: MAIN, service: "cam", action, version: "2019-01-16", params });

/** A policy of deploy/cam/ with its places filled in, and without some actions. */
function documentOf(file: string, without: readonly string[] = []): string {
  const { statement, ...rest }: CamPolicy = readCam(file);
  const left = statement.map(({ action, ...more }) => ({
    ...more,
    action: action.filter((name) => !without.includes(name)),
  }));
  return JSON.stringify({ ...rest, statement: left })
    .replaceAll("REGION", HOME)
    .replaceAll("BUCKET-APPID", BUCKET)
    .replaceAll("APPID", MAIN.appId)
    .replaceAll("PREFIX", "replicator")
    .replaceAll("UIN", MAIN.uin)
    .replaceAll("TOPIC", topic.topicId);
}

/** Makes the role of a function and returns the environment that SCF gives to the function. */
function deployed(name: string, without: readonly string[] = []): Record<string, string> {
  cam("CreateRole", { RoleName: name, PolicyDocument: documentOf("role-trust") });
  for (const file of [name, "state-in-cos", "journal-in-cls"]) {
    const { PolicyId } = cam("CreatePolicy", {
      PolicyName: `${name}-${file}`,
      PolicyDocument: documentOf(file, without),
    });
    cam("AttachRolePolicy", { PolicyId, AttachRoleName: name });
  }
  const { secretId, secretKey, token } = issueRoleSession(world, MAIN.uin, name, 3_600_000);
  const { TENCENTCLOUD_SECRET_ID: _id, TENCENTCLOUD_SECRET_KEY: _key, ...env } = userEnv(emulator.url);
  return functionEnv({
    ...env,
    TENCENTCLOUD_SECRETID: secretId,
    TENCENTCLOUD_SECRETKEY: secretKey,
    TENCENTCLOUD_SESSIONTOKEN: token,
    TENCENTCLOUD_REGION: HOME,
    POLICY_FILE: join(folder.path, "policy.yaml"),
    STATE_URL: `cos://${BUCKET}/replicator`,
    NODE_PATH: join(TOP, "node_modules"),
    SWEEP_EVERY: "1ms",
    CLS_TOPIC_ID: topic.topicId,
  });
}

const EVENTS: Readonly<Record<string, () => unknown>> = {
  "image-created": () => image,
  "evaluate-policy": () => ({}),
  "poll-copies": () => ({ Type: "Timer" }),
};

/** Invokes a function until its copy is ready, or four times. Returns the outcomes as text. */
async function run(name: string, env: Record<string, string>): Promise<string> {
  let text = "";
  for (let times = 0; times < 4; times += 1) {
    const { answer, error } = await invokeFunction(name, EVENTS[name]?.(), CONTEXT, env);
    text += JSON.stringify(answer ?? String(error));
    if ((answer as { counts?: { ready?: number } } | undefined)?.counts?.ready === 1) break;
  }
  return text;
}

const refused = () =>
  world.requests
    .filter(({ result }) => /UnauthorizedOperation|AccessDenied/.test(result))
    .map(({ service, action }) => `${service}:${action}`);

describe.each(Object.keys(EVENTS))("%s", { timeout: 60_000 }, (name) => {
  it("makes a copy, tags and shares it, with its own role, a state in COS and its journal in CLS", async () => {
    expect(await run(name, deployed(name))).toContain('"ready":1');
    expect(refused()).toEqual([]);
    expect(topic.texts()).toContainEqual(expect.stringContaining('is ready as "golden-web"'));
    const [copy] = [...(world.images.get("ap-shanghai")?.values() ?? [])].filter(({ owner }) => owner === MAIN.uin);
    expect([copy?.name, [...(copy?.shares.keys() ?? [])]]).toEqual(["golden-web", [TEAM.uin]]);
  });
});

describe("a role that lacks one permission", { timeout: 60_000 }, () => {
  it("cls:UploadLog: copies all the same, and says why the journal waits", async () => {
    const text = await run("poll-copies", deployed("poll-copies", ["cls:UploadLog"]));
    expect(text).toContain('"ready":1');
    expect(new Set(refused())).toEqual(new Set(["cls:UploadLog"]));
    expect(text).toMatch(/journal-not-sent.*could not be sent to CLS: UploadLog in ap-guangzhou/);
  });

  it.each([
    ["cvm:SyncImages", "cvm:SyncImages"],
    ["tag:TagResources", "tag:TagResources"],
    ["name/cos:PutObject", "cos:PutObject"],
  ])("%s: the cloud refuses the call, and the function reports it", async (without, called) => {
    const text = await run("poll-copies", deployed("poll-copies", [without]));
    expect(text).not.toContain('"ready":1');
    expect(new Set(refused())).toEqual(new Set([called]));
    expect(text).toMatch(/UnauthorizedOperation|AccessDenied/);
  });
});
