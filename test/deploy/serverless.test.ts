// The real `serverless deploy` and `serverless remove`, as child processes, against the emulator.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CommonClient } from "tencentcloud-sdk-nodejs-common";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { callAction } from "../../emulator/api/dispatch.ts";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import { issueRoleSession } from "../../emulator/services/identity/sessions.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import type { FaultMatch } from "../../emulator/settings/faults.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { makeProject, NAMES, type Project, startServerless } from "../deployed/project.ts";
import { TOP } from "../e2e/support.ts";

const [MAIN] = DEFAULT_ACCOUNTS;
const HOME = "ap-guangzhou";
const BASE = "cvm-image-replicator-dev";
const DEPLOYER = "deployer";
const STATE = `cvm-image-replicator-${MAIN.appId}`;
const POLICY = `version: 1
policies:
  - { name: golden, from: [${HOME}], select: { name: ["golden-*"] }, to: [ap-shanghai] }
`;

let project: Project;
let world: World;
let emulator: Emulator;

beforeAll(async () => {
  project = await makeProject(POLICY);
});
afterAll(() => project.remove());

beforeEach(async () => {
  world = createWorld({ now: Date.now, timeScale: 1000, rateLimits: false });
  emulator = await startEmulator({ port: 0, world });
});
afterEach(() => emulator.close());

function start(args: readonly string[], env: Record<string, string>) {
  const own = { TENCENTCLOUD_SECRET_ID: MAIN.secretId, TENCENTCLOUD_SECRET_KEY: MAIN.secretKey };
  return startServerless(project, args, { REPLICATOR_ENDPOINT: emulator.url, ...own, ...env });
}

const serverless = (args: string, env: Record<string, string> = {}) => start(args.split(" "), env).result;

async function succeeds(args: string, env: Record<string, string> = {}): Promise<string> {
  const { code, output } = await serverless(args, env);
  expect(output).not.toContain(MAIN.secretKey);
  expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
  return output;
}

async function fails(args: string, env: Record<string, string> = {}): Promise<string> {
  const { code, output } = await serverless(args, env);
  expect([code, code === 1 ? "" : output]).toEqual([1, ""]);
  expect(output).not.toMatch(/\n\s+at .*\(/); // no stack trace
  return output;
}

/** The temporary key of a role that may do what deploy/cam/deploying-key.json says. */
function deployingKey(): Record<string, string> {
  const cam = (action: string, params: Record<string, unknown>) =>
    callAction(world, { account: MAIN, service: "cam", action, version: "2019-01-16", params });
  const textOf = (file: string) => readFileSync(join(TOP, `deploy/cam/${file}.json`), "utf8");
  cam("CreateRole", { RoleName: DEPLOYER, PolicyDocument: textOf("role-trust") });
  const { PolicyId } = cam("CreatePolicy", { PolicyName: DEPLOYER, PolicyDocument: textOf("deploying-key") });
  cam("AttachRolePolicy", { PolicyId, AttachRoleName: DEPLOYER });
  const { secretId, secretKey, token } = issueRoleSession(world, MAIN.uin, DEPLOYER, 3_600_000);
  return { TENCENTCLOUD_SECRET_ID: secretId, TENCENTCLOUD_SECRET_KEY: secretKey, TENCENTCLOUD_TOKEN: token };
}

/** Kills a deployment while it waits for the answer of a call that never comes. */
async function killAt(match: FaultMatch): Promise<void> {
  const fault = addFault(world, { match, effect: { kind: "hang" } });
  const { child, result } = start(["deploy"], {});
  while (fault.fired.length === 0 && child.exitCode === null) await sleep(20);
  child.kill("SIGKILL");
  await result;
  expect(fault.fired, `${match.action} was called`).toHaveLength(1);
  endFaults(world);
}

const isDeployed = ({ name }: { readonly name: string }) => name !== DEPLOYER;

/** What a deployment is responsible for, without times, ids of revisions and the code, which each deployment uploads. */
function made(): Record<string, unknown> {
  const functions = [...world.functions.values()].map((stored) => ({
    name: stored.name,
    settings: stored.latest.settings,
    triggers: stored.triggers.map(({ name, type, description, isEnabled }) => ({ name, type, description, isEnabled })),
    async: [stored.retryNum, stored.msgTtlSeconds],
    reserved: stored.reservedMb,
    tags: [...(world.resourceTags.entries() ?? [])]
      .filter(([key]) => key.includes(stored.id))
      .map(([, tags]) => [...tags]),
  }));
  const buckets = [...world.buckets.values()].filter(({ name }) => !name.startsWith("sls-cloudfunction-"));
  return {
    functions,
    roles: world.cam.roles
      .filter(isDeployed)
      .map(({ id, name, trust, attached }) => [id, name, trust, attached.map((one) => one.policyId)]),
    policies: world.cam.policies.filter(isDeployed).map(({ id, name, document }) => [id, name, document]),
    buckets: buckets.map(({ name, region, encryption }) => [name, region, encryption]),
    logs: [...world.logsets.values(), ...world.logTopics.values()].map(({ id, name }) => [id, name]),
    rules: [...world.eventBuses.values()].flatMap((bus) =>
      [...bus.rules.values()].map(({ id, name, pattern, targets }) => [id, name, pattern, [...targets.keys()]]),
    ),
  };
}

async function call<T>(service: string, version: string, action: string, params: object): Promise<T> {
  const client = new CommonClient(`127.0.0.1:${emulator.port}`, version, {
    credential: { secretId: MAIN.secretId, secretKey: MAIN.secretKey },
    region: HOME,
    profile: { httpProfile: { protocol: "http://" } },
  });
  expect(service).toBeTruthy();
  return (await client.request(action, params)) as T;
}

describe("deploy, again, and remove", () => {
  it("makes everything, changes nothing, and removes all but state and logs", { timeout: 180_000 }, async () => {
    // With the permissions of deploy/cam/deploying-key.json alone, and a temporary key.
    const key = deployingKey();
    const first = await succeeds("deploy", key);
    expect(first).not.toContain(key["TENCENTCLOUD_TOKEN"]);
    expect(world.requests.filter(({ result }) => /Unauthorized|AccessDenied/.test(result))).toEqual([]);
    expect(first).toContain(`all calls go to ${emulator.url} instead of the cloud`);
    expect(first).toMatch(/made role[\s\S]*made state bucket[\s\S]*made EventBridge rule/);
    // Read back as any other client would.
    type Shown = { Role: string; MemorySize: number; Timeout: number; Status: string; ClsTopicId: string };
    type Variables = {
      Environment: { Variables: { Key: string; Value: string }[] };
      Triggers: { TriggerName: string }[];
    };
    const FunctionName = `${BASE}-poll-copies`;
    const poll = await call<Shown & Variables>("scf", "2018-04-16", "GetFunction", { FunctionName });
    expect(poll).toMatchObject({ Role: BASE, MemorySize: 256, Timeout: 120, Status: "Active" });
    const variables = Object.fromEntries(poll.Environment.Variables.map(({ Key, Value }) => [Key, Value]));
    const topics = [...world.logTopics.values()];
    const idOf = (name: string) => topics.find((topic) => topic.name === name)?.id;
    expect(variables).toMatchObject({
      STATE_URL: `cos://${STATE}/dev`,
      CLS_TOPIC_ID: idOf("journal"),
      CLS_REGION: HOME,
    });
    expect(poll.ClsTopicId).toBe(idOf("functions"));
    expect(poll.Triggers.map(({ TriggerName }) => TriggerName)).toEqual(["every-minute"]);
    const { List } = await call<{ List: { PolicyName: string }[] }>("cam", "2019-01-16", "ListAttachedRolePolicies", {
      ...{ RoleName: BASE, Page: 1, Rp: 20 },
    });
    expect(List.map(({ PolicyName }) => PolicyName)).toEqual([`${BASE}-images`, `${BASE}-state`, `${BASE}-journal`]);
    // poll-copies is changed last, so that it never meets functions of an older package.
    const order = world.requests
      .filter(({ action }) => action === "CreateFunction")
      .map(({ params }) => (params as Record<string, unknown>)["FunctionName"]);
    expect(order).toEqual(NAMES.map((name) => `${BASE}-${name}`));

    const before = made();
    const second = await succeeds("deploy", key);
    expect(made()).toEqual(before);
    expect(second).not.toMatch(/^made /m);
    expect(second).not.toMatch(/^updated (?!code)/m);

    addFault(world, { match: { action: "DeleteFunction" }, effect: { kind: "error", code: "InternalError" } });
    expect(await fails("remove", key)).toMatch(/not everything is removed:\n.*InternalError[\s\S]*is still there/);
    expect(world.functions.size).toBe(1);
    const removed = await succeeds("remove", key);
    expect(world.requests.filter(({ result }) => /Unauthorized|AccessDenied/.test(result))).toEqual([]);
    expect(removed).toMatch(/kept the state .*\n.*kept the logset/);
    const { functions, roles, policies, rules, buckets, logs } = made();
    expect([functions, policies, rules]).toEqual([[], [], []]);
    expect((roles as unknown[][]).map(([, name]) => name)).toEqual(["SCF_QcsRole"]); // the stock plugin's
    expect([buckets, logs]).toEqual([before["buckets"], before["logs"]]);
  });
});

describe("a deployment that is killed", () => {
  it("at any point is completed by the next one", { timeout: 240_000 }, async () => {
    await killAt({ action: "CreateTopic" });
    await killAt({ action: "CreateFunction", nth: 2 });
    await killAt({ action: "CreateTarget" });
    await succeeds("deploy");
    const { functions, roles, policies, rules, buckets, logs } = made();
    expect([functions, policies, rules, buckets, logs].map((list) => (list as unknown[]).length)).toEqual([
      3, 3, 2, 1, 3,
    ]);
    expect((roles as unknown[]).length).toBe(2);
    const targets = [...world.eventBuses.values()].flatMap((bus) =>
      [...bus.rules.values()].map((rule) => rule.targets.size),
    );
    expect(targets).toEqual([1, 1]);
  });
});

describe("what is refused", () => {
  it("before anything is sent: wrong settings and a stale package, all at once", { timeout: 60_000 }, async () => {
    writeFileSync(join(project.path, "other.yaml"), POLICY.replace("golden-", "other-"));
    const output = await fails("deploy", {
      STATE_URL: "postgres://u:planted-password@db.example/state",
      ...{ SWEEP_EVERY: "10", POLICY_FILE: "other.yaml" },
    });
    expect(output).toMatch(/STATE_URL: has a password/);
    expect(output).toMatch(/SWEEP_EVERY: "10" is not a duration/);
    expect(output).toMatch(/run: npm run package/);
    expect(output).not.toContain("planted-password");
    expect(world.requests).toEqual([]);
  });

  it("by the cloud: the error names the action, what was done, and how it goes on", { timeout: 60_000 }, async () => {
    const message = "you are not authorized to perform operation (scf:CreateFunction)\nresource (*) has no permission";
    const code = "AuthFailure.UnauthorizedOperation";
    addFault(world, { match: { action: "CreateFunction", times: 0 }, effect: { kind: "error", code, message } });
    const output = await fails("deploy");
    expect(output).toMatch(/may not call scf:CreateFunction on \*.*deploying-key\.json/);
    expect(output).toMatch(/Done before: made role .*The same command goes on from here/);
  });
});

describe("outside of Guangzhou", () => {
  it("image-created alone goes where events arrive, with the same state", { timeout: 120_000 }, async () => {
    expect(await succeeds("deploy", { TENCENTCLOUD_REGION: "ap-shanghai" })).toMatch(/arrive in ap-guangzhou only/);
    await succeeds("deploy function --function image-created", { TENCENTCLOUD_REGION: HOME });
    const created = [...world.functions.values()].find(({ region }) => region === HOME);
    expect(created?.latest.settings.environment).toContainEqual({
      key: "STATE_URL",
      value: `cos://${STATE}/dev?region=ap-shanghai`,
    });
    expect((made()["rules"] as unknown[]).length).toBe(2);
  });
});
