// The built command doctor, on a deployment without a fault and on one with several: what an operator reads.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Deployment, deploy, functionName, POLICY, runTimer } from "../doctor/deployment.ts";
import { cli, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
let d: Deployment;
let env: Record<string, string>;
beforeAll(async () => {
  d = await deploy();
  await runTimer(d);
  writeFileSync(join(folder.path, "policy.yaml"), POLICY);
  env = d.env;
});
afterAll(async () => {
  await d.close();
  folder.remove();
});

const doctor = (args: readonly string[] = [], more: Record<string, string> = {}) =>
  cli(["doctor", ...args], { ...env, ...more }, folder.path);

it("says of each part that it is right, and exits with 0", async () => {
  const { code, stdout, stderr } = await doctor();
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^ok {11}credentials +account 100000000001, the account's own key, from TENCENTCLOUD_SECRET_ID$/m,
  );
  expect(stdout).toMatch(/^ok {11}function poll-copies +Active, Nodejs18.15, 256 MB, 120 s$/m);
  expect(stdout).toMatch(/^\d+ ok, 0 warnings, 0 wrong, 2 not checked$/m);
});

it("before a deployment it exits with 0 as well", async () => {
  expect(await doctor(["--deploy"])).toMatchObject({ code: 0, stderr: "" });
});

it("names what is wrong with what to do below it, and exits with 3", async () => {
  d.call("scf", "UpdateTrigger", {
    ...{ FunctionName: functionName("poll-copies"), TriggerName: "every-minute", Type: "timer", Enable: "CLOSE" },
    TriggerDesc: "0 */1 * * * * *",
  });
  d.call("eb", "UpdateRule", { EventBusId: d.ids.bus, RuleId: d.ids.rule, Enable: false });
  const { code, stdout, stderr } = await doctor();
  expect({ code, stderr }).toEqual({ code: 3, stderr: "" });
  expect(stdout).toMatch(
    /^WRONG +timer trigger .*disabled.*\n +→ enable the trigger of poll-copies in the SCF console$/m,
  );
  expect(stdout).toMatch(/^WRONG +event rule .*disabled.*\n +→ enable it in the EventBridge console$/m);

  const json = await doctor(["--json"]);
  const { checks, counts } = JSON.parse(json.stdout) as { checks: { code: string }[]; counts: Record<string, number> };
  expect(json.code).toBe(3);
  expect(counts).toMatchObject({ wrong: 2, warning: 0 });
  expect(checks.map((check) => check.code)).toContain("rule-disabled");
});

it("a policy file with an error is one line, and the rest is examined", async () => {
  writeFileSync(join(folder.path, "bad.yaml"), "version: 1\npolicies: 7\n");
  const { code, stdout } = await doctor(["--policy", "bad.yaml"]);
  expect(code).toBe(3);
  expect(stdout).toMatch(/^WRONG +policy +bad\.yaml:2/m);
  expect(stdout).toMatch(/^ok +function poll-copies/m);
});

it.each([
  ["a wrong configuration", [], { SWEEP_EVERY: "10" }],
  ["a wrong stage", ["--stage", "a b"], {}],
  ["an unknown option", ["--region", "x"], {}],
])("%s is bad usage: exit 2, one line each, no stack", async (_, args, more) => {
  const { code, stderr, stdout } = await doctor(args, more);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^error: /);
  expect(stderr).not.toMatch(/^ {4}at /m);
});

it("a cloud that cannot be reached is one wrong line, without a stack", async () => {
  const { code, stdout, stderr } = await doctor([], { REPLICATOR_ENDPOINT: "http://127.0.0.1:1" });
  expect({ code, stderr }).toEqual({ code: 3, stderr: "" });
  expect(stdout).toMatch(/^WRONG +credentials +GetCallerIdentity in ap-guangzhou: Network/m);
  expect(stdout).not.toMatch(/^ {4}at /m);
});
