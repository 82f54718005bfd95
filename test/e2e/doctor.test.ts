// The built command doctor, on a deployment without a fault and on one with several: what an operator reads.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import type { Check } from "../../lib/doctor/check.ts";
import {
  complaints,
  type Deployment,
  deploy,
  documentOf,
  functionName,
  POLICY,
  ROLE,
  runTimer,
} from "../doctor/deployment.ts";
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

/** Faults of a real deployment, all at once, and they stay; each with the only line that it gives. */
const PLANTED: readonly [complaint: string, make: () => void][] = [
  [
    "wrong function image-created: function-memory",
    () => d.call("scf", "UpdateFunctionConfiguration", { FunctionName: functionName("image-created"), MemorySize: 64 }),
  ],
  [
    "wrong function evaluate-policy: function-absent",
    () => d.call("scf", "DeleteFunction", { FunctionName: functionName("evaluate-policy") }),
  ],
  [
    "wrong function poll-copies: function-time",
    () => d.call("scf", "UpdateFunctionConfiguration", { FunctionName: functionName("poll-copies"), Timeout: 30 }),
  ],
  [
    "warning function poll-copies: function-events",
    () =>
      d.call("scf", "UpdateFunctionEventInvokeConfig", {
        FunctionName: functionName("poll-copies"),
        AsyncTriggerConfig: { RetryConfig: [{ RetryNum: 2 }], MsgTTL: 60 },
      }),
  ],
  [
    "wrong timer trigger: trigger-never",
    () =>
      d.call("scf", "UpdateTrigger", {
        ...{ FunctionName: functionName("poll-copies"), TriggerName: "every-minute", Type: "timer", Enable: "OPEN" },
        TriggerDesc: "0 0 0 31 2 * *",
      }),
  ],
  [
    "wrong event rule: rule-untargeted",
    () => d.call("eb", "DeleteTarget", { EventBusId: d.ids.bus, RuleId: d.ids.rule, TargetId: d.ids.target }),
  ],
  ["wrong journal in CLS: index-absent", () => d.call("cls", "DeleteIndex", { TopicId: d.ids.journal })],
  ["wrong function logs: topic-absent", () => d.call("cls", "DeleteTopic", { TopicId: d.ids.functions })],
  [
    `wrong role ${ROLE}: permission-missing`,
    () =>
      d.call("cam", "UpdatePolicy", {
        PolicyName: "poll-copies",
        PolicyDocument: documentOf("poll-copies", ["tag:TagResources"]),
      }),
  ],
  ["wrong region ap-beijing: permission-missing", () => refuse({ action: "DescribeImages", region: "ap-beijing" })],
  ["wrong cvm:SyncImages: permission-missing", () => refuse({ action: "SyncImages" })],
  ["warning cvm:DescribeImageQuota: permission-useful", () => refuse({ action: "DescribeImageQuota" })],
  ["wrong shared state: installation-differs", () => {}],
  ["warning installation: installation-changes", () => {}],
];
const refuse = (match: { action: string; region?: string }) =>
  addFault(d.world, {
    match: { ...match, times: 0 },
    effect: { kind: "error", code: "UnauthorizedOperation", message: "no" },
  });

it("fourteen faults at once: each exactly its line, with what to do", async () => {
  for (const [, make] of PLANTED) {
    make();
    d.world.clockOffset += 1_000; // A changed function is Active again.
  }
  const env = { ...d.env, REPLICATOR_INSTALLATION: "laptop" };
  const { code, stdout } = await cli(["doctor", "--json"], env, folder.path);
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  expect(code).toBe(3);
  expect(complaints(checks).sort()).toEqual(PLANTED.map(([complaint]) => complaint).sort());
  const faults = checks.filter(({ status }) => status === "wrong" || status === "warning");
  expect(faults.filter(({ remedy }) => !remedy).map(({ code: one }) => one)).toEqual([]);
  const text = await cli(["doctor"], env, folder.path);
  expect(text.stdout.match(/^ +→ /gm)?.length).toBeGreaterThanOrEqual(PLANTED.length);
});
