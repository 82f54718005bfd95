// One deployment by the real `serverless`, and what may go wrong around it: events, the log, a permission, the deployment.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { cli } from "../e2e/support.ts";
import { BASE, commandEnv, DESTINATIONS, POLICY, reading } from "./account.ts";
import { MAIN, type RunningCloud, startCloud } from "./cloud.ts";
import { makeProject, type Project, startServerless } from "./project.ts";

let cloud: RunningCloud;
let project: Project;
let account: ReturnType<typeof reading>;

const deploy = async () => {
  const keys = { TENCENTCLOUD_SECRET_ID: MAIN.secretId, TENCENTCLOUD_SECRET_KEY: MAIN.secretKey };
  const env = { REPLICATOR_ENDPOINT: cloud.url, ...keys, SWEEP_EVERY: "5s", SETTLE: "1s" };
  const { code, output } = await startServerless(project, ["deploy"], env).result;
  expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
  return output;
};
const command = (...args: string[]) => cli(args, commandEnv(cloud), project.path);

beforeAll(async () => {
  cloud = await startCloud({ unlimited: true });
  project = await makeProject(POLICY);
  account = reading(cloud);
  await deploy();
}, 120_000);
afterAll(async () => {
  await cloud.close();
  project.remove();
});

afterEach(() => endFaults(cloud.world));

/** Waits until every destination has exactly one finished copy, and some minutes more for a second one. */
async function expectOneCopyEach(name: string): Promise<void> {
  const isDone = await cloud.pass(60, () => account.isFinished(name));
  expect(isDone, JSON.stringify(cloud.world.invocations.slice(-3))).toBe(true);
  await cloud.pass(3, () => false);
  expect(account.copiesOf(name)).toHaveLength(DESTINATIONS.length);
}

async function expectWholeJournal(): Promise<void> {
  expect((await account.sentLines()).missing).toBe(0);
}

describe("a deployed replicator", { timeout: 180_000 }, () => {
  it("copies an image by its event, and its journal is in CLS", async () => {
    await cloud.createImage("golden-web");
    await expectOneCopyEach("golden-web");
    expect(account.invocations("image-created").length).toBeGreaterThan(0);
    expect(cloud.world.invocations.filter(({ error }) => error)).toEqual([]);
    await expectWholeJournal();
    const claimed = await cloud.linesOf("journal", 'event:"claimed"');
    // At least once each: two functions that end together may both send a line.
    expect(new Set(claimed.map(({ id }) => id)).size).toBe(DESTINATIONS.length);
    // What the functions print goes to a topic of its own.
    expect((await cloud.linesOf("functions", "claimed")).length).toBeGreaterThan(0);
  });

  it("copies an image whose event is never delivered", async () => {
    const match = { service: "eb", action: "deliver", times: 0 } as const;
    addFault(cloud.world, { match, effect: { kind: "deliver-times", count: 0 } });
    const before = account.invocations("image-created").length;
    await cloud.createImage("golden-lost");
    await expectOneCopyEach("golden-lost");
    expect(account.invocations("image-created")).toHaveLength(before);
  });

  it("copies an image once whose events are delivered three times", async () => {
    const match = { service: "eb", action: "deliver", times: 0 } as const;
    addFault(cloud.world, { match, effect: { kind: "deliver-times", count: 3 } });
    await cloud.createImage("golden-three");
    await expectOneCopyEach("golden-three");
  });

  it("copies on while CLS is away, and sends the journal when it is back", async () => {
    const match = { service: "cls", action: "UploadLog", times: 0 } as const;
    addFault(cloud.world, { match, effect: { kind: "error", code: "FailedOperation.TopicIsolated" } });
    await cloud.createImage("golden-away");
    await expectOneCopyEach("golden-away");
    const sent = new Set((await cloud.linesOf("journal", "*")).map(({ id }) => id));
    expect(sent.size).toBeLessThan((await account.storedLines()).length);
    const { stdout } = await command("status");
    expect(stdout).toMatch(/journal.*wait/i);
    endFaults(cloud.world);
    await expectWholeJournal();
  });

  it("says in doctor and status that the role lacks a permission; the next deployment gives it back", async () => {
    const { PolicyDocument } = await cloud.call("cam", "GetPolicy", { PolicyId: policyId("images") });
    const without = String(PolicyDocument).replaceAll('"tag:TagResources",', "").replaceAll('"tag:TagResources"', "");
    expect(without).not.toBe(PolicyDocument);
    await cloud.call("cam", "UpdatePolicy", { PolicyId: policyId("images"), PolicyDocument: without });
    await cloud.createImage("golden-denied");
    const isRefused = () =>
      cloud.world.requests.some(({ action, result }) => action === "TagResources" && /Unauthorized/.test(result));
    expect(await cloud.pass(60, isRefused)).toBe(true);
    await cloud.pass(12, () => false);
    expect(account.isFinished("golden-denied")).toBe(false);
    const status = await command("status");
    expect(status.code).toBe(3);
    expect(status.stdout + status.stderr).toMatch(/tag:TagResources/);
    const doctor = await command("doctor", "--policy", "policy.yaml");
    expect(doctor.code).toBe(3);
    expect(doctor.stdout).toMatch(/^WRONG .*\n?.*tag:TagResources/m);

    expect(await deploy()).toMatch(/^updated policy .*-images/m);
    expect((await command("doctor", "--policy", "policy.yaml")).stdout).not.toMatch(/^WRONG/m);
    const ClientContext = JSON.stringify({ retry: true });
    await cloud.call("scf", "Invoke", { FunctionName: `${BASE}-evaluate-policy`, ClientContext });
    await expectOneCopyEach("golden-denied");
    await expectWholeJournal();
  });

  it("is completed by the next deployment if one is broken off, and copies meanwhile", async () => {
    await cloud.createImage("golden-meanwhile");
    const match = { service: "scf", action: "UpdateFunctionCode", nth: 2 } as const;
    const fault = addFault(cloud.world, { match, effect: { kind: "hang" } });
    const keys = { TENCENTCLOUD_SECRET_ID: MAIN.secretId, TENCENTCLOUD_SECRET_KEY: MAIN.secretKey };
    const env = { REPLICATOR_ENDPOINT: cloud.url, ...keys, SWEEP_EVERY: "6s", SETTLE: "1s" };
    const { child, result } = startServerless(project, ["deploy"], env);
    await cloud.pass(60, () => fault.fired.length > 0);
    child.kill("SIGKILL");
    await result;
    endFaults(cloud.world);
    await deploy();
    await expectOneCopyEach("golden-meanwhile");
  });
});

function policyId(part: string): number | undefined {
  return cloud.world.cam.policies.find(({ name }) => name === `${BASE}-${part}`)?.id;
}
