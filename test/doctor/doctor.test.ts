// The doctor on a whole deployment: everything right gives no complaint, each fault exactly its own line.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { functionKey } from "../../emulator/world/services/function.ts";
import type { Check } from "../../lib/doctor/check.ts";
import { READING_LIMIT } from "../../lib/doctor/outcome.ts";
import { LOG_FIELDS } from "../../lib/replicator/open/open-inspection.ts";
import {
  BUCKET,
  complaints,
  type Deployment,
  deploy,
  documentOf,
  examined,
  functionName,
  HOME,
  indexOf,
  journalPolicy,
  MAIN,
  PATTERN,
  ROLE,
  runTimer,
  targetOf,
} from "./deployment.ts";

let d: Deployment;
beforeEach(async () => {
  d = await deploy();
  await runTimer(d);
});
afterEach(() => d.close());

const rule = () => ({ EventBusId: d.ids.bus, RuleId: d.ids.rule });
const configure = (name: string, settings: object) =>
  d.call("scf", "UpdateFunctionConfiguration", { FunctionName: functionName(name), ...settings });
const of = (checks: readonly Check[], subject: string) => checks.find((one) => one.subject === subject);
/** The timer trigger, put back with other settings. */
const trigger = { FunctionName: functionName("poll-copies"), TriggerName: "every-minute", Type: "timer" };

it("finds nothing to complain about where everything is right, and changes nothing", async () => {
  const before = { images: JSON.stringify([...d.world.images]), requests: d.world.requests.length };
  const checks = await examined(d);
  expect(complaints(checks)).toEqual([]);
  expect(checks.filter(({ status }) => status === "not-checked").map(({ subject }) => subject)).toEqual([
    "CloudAudit",
    "build",
  ]);
  expect(JSON.stringify([...d.world.images])).toEqual(before.images);
  const actions = d.world.requests.slice(before.requests).filter(({ action }) => action !== "");
  const writes = actions.filter(({ action }) => !/^(Describe|List|Get|Check)/.test(action));
  expect(
    writes.map(({ action, params, effects }) => [action, (params as { DryRun?: boolean }).DryRun, effects]),
  ).toEqual([["SyncImages", true, []]]);
});

/** One fault each, and the only line that it may give. */
const FAULTS: readonly [fault: string, make: () => void, complaint: string][] = [
  [
    "the time limit of a function",
    () => configure("poll-copies", { Timeout: 30 }),
    "wrong function poll-copies: function-time",
  ],
  [
    "the memory of a function",
    () => configure("image-created", { MemorySize: 64 }),
    "wrong function image-created: function-memory",
  ],
  [
    "a missing function",
    () => d.call("scf", "DeleteFunction", { FunctionName: functionName("evaluate-policy") }),
    "wrong function evaluate-policy: function-absent",
  ],
  [
    "a function without a log topic",
    () => configure("evaluate-policy", { ClsLogsetId: "", ClsTopicId: "" }),
    "warning function evaluate-policy: function-without-log",
  ],
  [
    "events of the timer that are repeated",
    () => {
      const AsyncTriggerConfig = { RetryConfig: [{ RetryNum: 2 }], MsgTTL: 60 };
      d.call("scf", "UpdateFunctionEventInvokeConfig", {
        FunctionName: functionName("poll-copies"),
        AsyncTriggerConfig,
      });
    },
    "warning function poll-copies: function-events",
  ],
  [
    "a timer that is off",
    () => d.call("scf", "UpdateTrigger", { ...trigger, Enable: "CLOSE", TriggerDesc: "0 */1 * * * * *" }),
    "wrong timer trigger: trigger-disabled",
  ],
  ["a missing timer", () => d.call("scf", "DeleteTrigger", trigger), "wrong timer trigger: trigger-absent"],
  [
    "a disabled rule",
    () => d.call("eb", "UpdateRule", { ...rule(), Enable: false }),
    "wrong event rule: rule-disabled",
  ],
  [
    "a rule that matches something else",
    () => {
      const EventPattern = JSON.stringify({ ...PATTERN, type: ["cvm:CloudEvent:ApiCall"] });
      d.call("eb", "UpdateRule", { ...rule(), EventPattern });
    },
    "wrong event rule: rule-unmatched",
  ],
  [
    "a rule without a target",
    () => d.call("eb", "DeleteTarget", { ...rule(), TargetId: d.ids.target }),
    "wrong event rule: rule-untargeted",
  ],
  [
    "a rule whose target is another function",
    () => {
      d.call("eb", "DeleteTarget", { ...rule(), TargetId: d.ids.target });
      d.call("eb", "CreateTarget", { ...rule(), ...targetOf("poll-copies") });
    },
    "wrong event rule: rule-untargeted",
  ],
  [
    "no rule",
    () => {
      d.call("eb", "DeleteTarget", { ...rule(), TargetId: d.ids.target });
      d.call("eb", "DeleteRule", rule());
    },
    "wrong event rule: rule-absent",
  ],
  [
    "the missing index of the journal",
    () => d.call("cls", "DeleteIndex", { TopicId: d.ids.journal }),
    "wrong journal in CLS: index-absent",
  ],
  [
    "an index of the journal without a key",
    () => {
      const Rule = indexOf(LOG_FIELDS.filter(({ name }) => name !== "image"));
      d.call("cls", "ModifyIndex", { TopicId: d.ids.journal, Status: true, Rule });
    },
    "warning journal in CLS: index-incomplete",
  ],
  [
    "the missing topic of the functions' output",
    () => d.call("cls", "DeleteTopic", { TopicId: d.ids.functions }),
    "wrong function logs: topic-absent",
  ],
  [
    "a role that may not tag",
    () =>
      d.call("cam", "UpdatePolicy", {
        PolicyName: "poll-copies",
        PolicyDocument: documentOf("poll-copies", ["tag:TagResources"]),
      }),
    `wrong role ${ROLE}: permission-missing`,
  ],
  [
    "a role that may not write its state",
    () =>
      d.call("cam", "UpdatePolicy", {
        PolicyName: "state-in-cos",
        PolicyDocument: documentOf("state-in-cos", ["name/cos:PutObject"]),
      }),
    `wrong role ${ROLE}: permission-missing`,
  ],
  [
    "a role that may not write its journal",
    () => d.call("cam", "UpdatePolicy", { PolicyName: "journal", PolicyDocument: journalPolicy("cls:SearchLog") }),
    `wrong role ${ROLE}: permission-missing`,
  ],
  [
    "a role that may not read the password of its database",
    () => {
      const Variables = [
        { Key: "STATE_URL", Value: `cos://${BUCKET}/dev` },
        { Key: "CLS_TOPIC_ID", Value: d.ids.journal },
        { Key: "STATE_PASSWORD_SECRET", Value: "database:v1" },
      ];
      configure("poll-copies", { Environment: { Variables } });
    },
    `wrong role ${ROLE}: permission-missing`,
  ],
  ["a role that is gone", () => d.call("cam", "DeleteRole", { RoleName: ROLE }), `wrong role ${ROLE}: role-absent`],
  [
    "a role that SCF may not take",
    () => {
      const qcs = [`qcs::cam::uin/${MAIN.uin}:root`];
      const statement = [{ effect: "allow", action: ["name/sts:AssumeRole"], principal: { qcs } }];
      const PolicyDocument = JSON.stringify({ version: "2.0", statement });
      d.call("cam", "UpdateAssumeRolePolicy", { RoleName: ROLE, PolicyDocument });
    },
    `wrong role ${ROLE}: role-trusts-no-scf`,
  ],
  [
    "images that may not be read in one region",
    () => {
      const match = { region: "ap-beijing", action: "DescribeImages", times: 0 };
      addFault(d.world, { match, effect: { kind: "error", code: "UnauthorizedOperation", message: "no" } });
    },
    "wrong region ap-beijing: permission-missing",
  ],
  [
    "a refused copy",
    () => {
      const effect = { kind: "error", code: "UnauthorizedOperation", message: "no" } as const;
      addFault(d.world, { match: { action: "SyncImages", times: 0 }, effect });
    },
    "wrong cvm:SyncImages: permission-missing",
  ],
  [
    "a quota that may not be read",
    () => {
      const effect = { kind: "error", code: "UnauthorizedOperation", message: "no" } as const;
      addFault(d.world, { match: { action: "DescribeImageQuota", times: 0 }, effect });
    },
    "warning cvm:DescribeImageQuota: permission-useful",
  ],
  [
    "CLS that is not enabled",
    () => {
      const effect = { kind: "error", code: "OperationDenied.AccountNotExists", message: "no" } as const;
      addFault(d.world, { match: { action: "DescribeIndex", times: 1 }, effect });
    },
    "wrong journal in CLS: not-enabled",
  ],
];

describe("a single fault gives exactly its line", () => {
  it.each(FAULTS)("%s", async (_, make, complaint) => {
    make();
    d.world.clockOffset += 60_000; // A changed function is Active again.
    expect(complaints(await examined(d))).toEqual([complaint]);
  });

  it("a bucket with versioning", async () => {
    const bucket = d.world.buckets.get(BUCKET);
    if (bucket) bucket.versioning = "Suspended";
    expect(complaints(await examined(d))).toEqual(["wrong state: state-unusable"]);
  });

  it("a clock that is 40 seconds behind is a warning", async () => {
    const other = await deploy({ ahead: 40_000 });
    await runTimer(other);
    expect(complaints(await examined(other))).toEqual(["warning clock: clock-off"]);
    await other.close();
  });

  it("a clock that is 6 minutes behind: every key is refused, and the clock says why", async () => {
    const other = await deploy({ ahead: 360_000 });
    const checks = await examined(other);
    expect(complaints(checks)).toEqual(["wrong credentials: credentials-refused", "wrong clock: clock-wrong"]);
    expect(of(checks, "clock")?.text).toMatch(/3(59|60)\.\d s behind/);
    await other.close();
  });

  it("a function that is Creating is a warning", async () => {
    const key = { account: MAIN.uin, region: HOME, namespace: "default", name: functionName("poll-copies") };
    const stored = d.world.functions.get(functionKey(key));
    if (stored) stored.work = { status: "Creating", until: Number.POSITIVE_INFINITY };
    expect(complaints(await examined(d))).toEqual(["warning function poll-copies: function-changing"]);
  });

  it("a wrong key; nothing else is examined", async () => {
    const checks = await examined(d, { env: { TENCENTCLOUD_SECRET_KEY: "not-the-key" } });
    expect(complaints(checks)).toEqual(["wrong credentials: credentials-refused"]);
    expect(JSON.stringify(checks)).not.toContain("not-the-key");
    expect(of(checks, "deployment")).toMatchObject({ status: "not-checked", code: "no-account" });
  });
});

it("waits for no region longer than its time, and reports the others", async () => {
  addFault(d.world, { match: { region: "ap-beijing", times: 0 }, effect: { kind: "hang" } });
  addFault(d.world, { match: { region: "ap-shanghai", times: 0 }, effect: { kind: "drop-before" } });
  const from = Date.now();
  const checks = await examined(d);
  expect(Date.now() - from).toBeLessThan(READING_LIMIT + 2000);
  const [beijing, shanghai] = [of(checks, "region ap-beijing"), of(checks, "region ap-shanghai")];
  expect([beijing?.status, shanghai?.status]).toEqual(["wrong", "wrong"]);
  expect(complaints(checks)).toHaveLength(2);
});

it("says that nothing is deployed where no function exists, which is no fault", async () => {
  const checks = await examined(d, { stage: "prod" });
  expect(complaints(checks)).toEqual([]);
  expect(of(checks, "deployment")).toMatchObject({ status: "not-checked", code: "no-functions" });
});
