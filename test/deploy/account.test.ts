// What a deployment makes in an account, and what it leaves alone.
import { afterEach, describe, expect, it } from "vitest";
import { afterFunctions, beforeFunctions, whatStays } from "../../deploy/account/remove.ts";
import { zip } from "../../deploy/zip.ts";
import { addFault } from "../../emulator/api/faults.ts";
import { makeImages } from "../../emulator/control/console.ts";
import { storeObject } from "../../emulator/world/services/bucket.ts";
import { makeBucket } from "../../emulator/world/services/make-bucket.ts";
import { type AccountWorld, accountWorld, MAIN, NAMES, policiesWith } from "./account-world.ts";

const HOME = "ap-guangzhou";
const BUCKET = `cvm-image-replicator-${MAIN.appId}`;
const ROLE = "cvm-image-replicator-dev";

/** A policy with which nobody may do anything. */
const NO_RIGHTS = '{"version":"2.0","statement":[{"effect":"deny","action":["*"],"resource":["*"]}]}';

let at: AccountWorld;
afterEach(() => at.close());

const policyNames = () => at.world.cam.policies.map(({ name }) => name.replace(`${ROLE}-`, ""));
const documentOf = (ending: string) => at.world.cam.policies.find(({ name }) => name === `${ROLE}-${ending}`)?.document;
const rules = () => [...at.world.eventBuses.values()].flatMap((bus) => [...bus.rules.values()]);
const refusals = () => at.world.requests.filter(({ result }) => result !== "ok");

async function remove(extent = { withState: false, withLogs: false }): Promise<void> {
  const before = await beforeFunctions(at.deployment, NAMES);
  for (const name of before.found)
    await at.call("scf", "DeleteFunction", at.deployment.region, { FunctionName: `${ROLE}-${name}` });
  await afterFunctions(at.deployment, NAMES, { hasOwnRole: false, ...extent, ...before }, []);
}

describe("a deployment", () => {
  it("makes everything, and a second one changes nothing", async () => {
    at = await accountWorld();
    await at.deploy();
    expect(at.reported().every((line) => /^(made|updated) /.test(line))).toBe(true);
    expect(at.world.cam.roles.map(({ name, attached }) => [name, attached.length])).toEqual([[ROLE, 3]]);
    expect(policyNames()).toEqual(["images", "state", "journal"]);
    expect(documentOf("state")).toContain(`uid/${MAIN.appId}:${BUCKET}/dev/*`);
    expect(at.world.buckets.get(BUCKET)).toMatchObject({ region: HOME, encryption: "AES256", versioning: undefined });
    expect(rules().map(({ name, targets }) => [name, targets.size])).toEqual([
      [`${ROLE}-images`, 1],
      [`${ROLE}-tags`, 1],
    ]);
    const [journal] = [...at.world.logTopics.values()].filter(({ name }) => name === "journal");
    expect(documentOf("journal")).toContain(`qcs::cls:${HOME}:uin/${MAIN.uin}:topic/${journal?.id}`);
    const functions = [...at.world.functions.values()];
    expect(functions.map(({ name, retryNum, msgTtlSeconds }) => [name, retryNum, msgTtlSeconds])).toEqual([
      [`${ROLE}-image-created`, 2, 21_600],
      [`${ROLE}-evaluate-policy`, 2, 21_600],
      [`${ROLE}-poll-copies`, 0, 60],
    ]);
    expect(functions.every(({ latest, reservedMb }) => !!latest.settings.clsTopicId && reservedMb === undefined)).toBe(
      true,
    );

    await at.deploy();
    expect(at.reported().filter((line) => !line.startsWith("unchanged "))).toEqual([]);
    expect(at.warnings).toEqual([]);
  });

  it("gives the role the permission to delete only while a policy deletes", async () => {
    at = await accountWorld();
    await at.deploy({}, policiesWith("    prune: { delete: true, minAge: 7d }\n"));
    expect(policyNames()).toContain("deletions");
    at.reported();
    await at.deploy();
    expect(policyNames()).not.toContain("deletions");
    expect(at.reported()).toContain(`removed policy ${ROLE}-deletions`);
  });

  it("sets right what was changed by hand, and keeps what was added", async () => {
    at = await accountWorld();
    await at.deploy();
    const [rule] = rules();
    Object.assign(rule ?? {}, { isEnabled: false, pattern: '{"source":["other"]}' });
    const [policy] = at.world.cam.policies;
    Object.assign(policy ?? {}, { document: NO_RIGHTS });
    const { PolicyId } = await at.call<{ PolicyId: number }>("cam", "CreatePolicy", HOME, {
      PolicyName: "mine",
      PolicyDocument: NO_RIGHTS,
    });
    await at.call("cam", "AttachRolePolicy", HOME, { PolicyId, AttachRoleName: ROLE });
    at.reported();
    await at.deploy();
    expect(at.reported().filter((line) => line.startsWith("updated"))).toEqual([
      `updated policy ${ROLE}-images`,
      `updated EventBridge rule ${ROLE}-images`,
    ]);
    expect(rules()[0]?.isEnabled).toBe(true);
    expect(at.world.cam.roles[0]?.attached.map(({ policyId }) => policyId)).toContain(PolicyId);
  });

  it("uses the role, the bucket and the topic that the user names, and makes none", async () => {
    at = await accountWorld();
    makeBucket(at.world, { name: `mine-${MAIN.appId}`, region: HOME });
    await at.deploy({ role: "mine", stateUrl: `cos://mine-${MAIN.appId}/state`, topicId: "my-topic" });
    expect(at.world.cam.roles).toEqual([]);
    expect([...at.world.buckets.keys()]).toEqual([`mine-${MAIN.appId}`]);
    expect([...at.world.logTopics.values()].map(({ name }) => name)).toEqual(["functions"]);
  });

  it("permits the secret of a database alone, and only if one is named", async () => {
    at = await accountWorld();
    await at.deploy({ stateUrl: "postgres://u@db.example/state", passwordSecret: "db:v1" });
    expect(policyNames()).toEqual(["images", "journal", "secret"]);
    expect(documentOf("secret")).toContain(`qcs::ssm:${HOME}:uin/${MAIN.uin}:secret/creatorUin/*/db"`);
    expect([...at.world.buckets.keys()]).toEqual([]);
  });

  it("outside of Guangzhou makes no rule, and says how events are had nevertheless", async () => {
    at = await accountWorld("ap-shanghai");
    await at.deploy();
    expect(rules()).toEqual([]);
    expect(at.warnings).toEqual([
      expect.stringMatching(
        /arrive in ap-guangzhou only.*sweep.*TENCENTCLOUD_REGION=ap-guangzhou npx serverless deploy function/,
      ),
    ]);
  });

  it.each(["empty", "error"] as const)("understands a topic without an index whose answer is: %s", async (reading) => {
    at = await accountWorld();
    if (reading === "empty") at.world.switches.clsMissingIndex = "empty";
    await at.deploy();
    const keys = [...at.world.logTopics.values()].map(({ index }) => index?.rule.KeyValue?.KeyValues?.length ?? 0);
    expect(keys.every((count) => count > 5)).toBe(true);
  });
});

describe("what others made under our names", () => {
  it("is left alone, and all of it is named before anything is made", async () => {
    at = await accountWorld();
    const trust =
      '{"version":"2.0","statement":[{"effect":"allow","action":["name/sts:AssumeRole"],"principal":{"service":["scf.qcloud.com"]}}]}';
    await at.call("cam", "CreateRole", HOME, { RoleName: ROLE, PolicyDocument: trust, Description: "mine" });
    await at.call("cls", "CreateLogset", HOME, { LogsetName: ROLE });
    const { EventBuses } = await at.call<{ EventBuses: { EventBusId: string }[] }>("eb", "ListEventBuses", HOME, {});
    const EventBusId = EventBuses[0]?.EventBusId;
    await at.call("eb", "CreateRule", HOME, {
      EventBusId,
      RuleName: `${ROLE}-images`,
      EventPattern: '{"source":["a"]}',
    });
    const writes = () => at.world.requests.filter(({ action }) => /^(Create|Update|Attach|Put)/.test(action)).length;
    const before = writes();
    const failed = at.deploy();
    await expect(failed).rejects.toThrow(/the role .*\nthe logset .*\nthe EventBridge rule .*another --stage/s);
    expect(writes()).toBe(before);
    await remove(); // there are no functions
    expect([at.world.cam.roles.length, rules().length, at.world.logsets.size]).toEqual([1, 1, 1]);
  });

  it("under a longer name that begins with ours is not taken for ours", async () => {
    at = await accountWorld(HOME, "dev");
    await at.deploy();
    const documents = { PolicyName: `${ROLE}-2-images`, PolicyDocument: NO_RIGHTS };
    await at.call("cam", "CreatePolicy", HOME, {
      ...documents,
      Description: "Made by cvm-image-replicator for stage dev-2",
    });
    await at.deploy();
    await remove({ withState: true, withLogs: true });
    expect(policyNames()).toEqual(["2-images"]);
  });
});

describe("a deployment that is broken off", () => {
  it("at any call is completed by the next one, with nothing made twice", { timeout: 60_000 }, async () => {
    at = await accountWorld();
    await at.deploy();
    const whole = at.world.requests.filter(({ action }) => /^(Create|Update|Attach|Put)/.test(action)).length;
    await remove({ withState: true, withLogs: true });
    await at.close();

    at = await accountWorld();
    // Every write gets lost once: half of them take effect, half do not.
    const writes = /^(Create|Update|Attach|Put)/;
    const actions = ["CreateRole", "CreatePolicy", "AttachRolePolicy", "CreateLogset", "CreateTopic", "CreateIndex"];
    for (const [n, action] of [...actions, "CreateRule", "CreateTarget", "UpdateFunctionConfiguration"].entries()) {
      addFault(at.world, { match: { action }, effect: { kind: n % 2 === 0 ? "drop-after" : "drop-before" } });
    }
    let failures = 0;
    while (failures < 20) {
      const error = await at.deploy().then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      if (!error) break;
      expect(error.message).toMatch(/run the same command again/);
      failures += 1;
    }
    expect(failures).toBe(9);
    expect(policyNames().sort()).toEqual(["images", "journal", "state"]);
    expect(rules().map(({ targets }) => targets.size)).toEqual([1, 1]);
    expect([at.world.logsets.size, at.world.logTopics.size, at.world.cam.roles.length]).toEqual([1, 2, 1]);
    const sent = at.world.requests.filter(({ action }) => writes.test(action)).length;
    expect(sent - whole).toBeLessThanOrEqual(9);
  });

  it("by a missing permission names the action, and goes on when it is granted", async () => {
    at = await accountWorld();
    const text = "you are not authorized to perform operation (cls:CreateLogset)\nresource (*) has no permission";
    const code = "AuthFailure.UnauthorizedOperation";
    addFault(at.world, { match: { action: "CreateLogset" }, effect: { kind: "error", code, message: text } });
    await expect(at.deploy()).rejects.toThrow(/may not call cls:CreateLogset on \* .*deploying-key\.json/);
    at.reported();
    await at.deploy();
    expect(at.reported()).toContain(`unchanged role ${ROLE}`);
    expect(refusals().some(({ action }) => action === "CreateRole")).toBe(false);
  });
});

describe("a refused call says what to correct", () => {
  it.each([
    ["AuthFailure.SignatureFailure", "check TENCENTCLOUD_SECRET_ID"],
    ["UnsupportedRegion", "set TENCENTCLOUD_REGION"],
    ["InternalError", "run the same command again"],
  ])("%s", async (code, advice) => {
    at = await accountWorld();
    addFault(at.world, { match: { action: "DescribeLogsets" }, effect: { kind: "error", code } });
    await expect(at.deploy()).rejects.toThrow(advice);
  });
});

describe("copies of an installation that an empty state does not know", () => {
  const mark = (installation: string) =>
    makeImages(at.world, { region: "ap-shanghai", name: `golden-web--copying-0123456789abcdef-${installation}-1` });

  it("stop the deployment, which asks for the id", async () => {
    at = await accountWorld();
    mark("prod");
    await expect(at.deploy()).rejects.toThrow(/REPLICATOR_INSTALLATION: not set.*copies of .*prod/);
    expect(at.world.cam.roles).toEqual([]);
    await at.deploy({ installation: "prod" });
    expect(at.world.cam.roles).toHaveLength(1);
  });

  it("are looked for as far as the key may look", async () => {
    at = await accountWorld();
    const effect = { kind: "error", code: "UnauthorizedOperation" } as const;
    addFault(at.world, { match: { action: "DescribeImages", times: 0 }, effect });
    await at.deploy();
    expect(at.warnings).toEqual([expect.stringMatching(/could not be seen.*REPLICATOR_INSTALLATION/)]);
  });
});

describe("a bucket with versioning", () => {
  it("is refused, with the way out", async () => {
    at = await accountWorld();
    makeBucket(at.world, { name: BUCKET, region: HOME, versioning: "Suspended" });
    await expect(at.deploy()).rejects.toThrow(/had versioning.*set STATE_URL/);
  });
});

describe("a removal", () => {
  it("of a stage that does not exist claims nothing, and warns", async () => {
    at = await accountWorld();
    await remove();
    expect(at.reported()).toEqual([]);
    expect(at.warnings).toEqual([expect.stringMatching(/no function of stage dev in ap-guangzhou.*check --stage/)]);
  });

  it("leaves state, logs and images", async () => {
    at = await accountWorld();
    await at.deploy();
    makeImages(at.world, { region: HOME, name: "golden-web" });
    await remove();
    expect([at.world.cam.roles, at.world.cam.policies, rules()]).toEqual([[], [], []]);
    expect([at.world.buckets.has(BUCKET), at.world.logTopics.size]).toEqual([true, 2]);
    expect(whatStays(at.deployment, { hasOwnRole: false, withState: false, withLogs: false }).join("\n")).toMatch(
      /state.*--with-state[\s\S]*logset.*--with-logs[\s\S]*sls-cloudfunction/,
    );
    await at.deploy(); // Makes again what is gone, and finds the rest.
    expect(at.reported()).toContain(`unchanged state bucket ${BUCKET} in ${HOME}`);
  });

  it("deletes the state of its own stage alone, if told", async () => {
    at = await accountWorld();
    await at.deploy();
    const bucket = at.world.buckets.get(BUCKET);
    const object = { body: new Uint8Array(), etag: '"0"', modifiedAt: 0, headers: {}, listedFrom: 0 };
    const put = (key: string) => bucket && storeObject(bucket, key, object);
    put("dev/1/head");
    put("prod/1/head");
    await remove({ withState: true, withLogs: true });
    expect([...(at.world.buckets.get(BUCKET)?.objects.keys() ?? [])]).toEqual(["prod/1/head"]);
    expect([at.world.logTopics.size, at.world.logsets.size]).toEqual([0, 0]);
  });

  it("keeps the role while image-created of another region's deployment needs it", async () => {
    at = await accountWorld("ap-shanghai");
    await at.deploy();
    const Code = { ZipFile: Buffer.from(zip([{ name: "index.js", data: Buffer.from("") }])).toString("base64") };
    const settings = { Handler: "index.main_handler", Runtime: "Nodejs18.15" };
    await at.call("scf", "CreateFunction", HOME, { FunctionName: `${ROLE}-image-created`, Code, ...settings });
    await remove();
    expect(at.world.cam.roles).toHaveLength(1);
    expect(at.warnings.at(-1)).toMatch(/the role .* stays/);
  });

  it("says what is left if a step fails", async () => {
    at = await accountWorld();
    await at.deploy();
    addFault(at.world, { match: { action: "DeleteRole" }, effect: { kind: "error", code: "InternalError" } });
    await expect(remove()).rejects.toThrow(/not everything is removed:\ncam DeleteRole/);
  });
});
