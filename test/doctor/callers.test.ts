// The doctor with other keys than the account's own: what they lack, what they hide, and what a deployment needs.
import { afterEach, beforeEach, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import {
  complaints,
  type Deployment,
  deploy,
  documentOf,
  examined,
  keysOfRole,
  POLICY,
  ROLE,
  runTimer,
} from "./deployment.ts";

let d: Deployment;
beforeEach(async () => {
  d = await deploy();
  await runTimer(d);
});
afterEach(() => d.close());

const NEEDED = ["command", "state-in-cos", "doctor"];
/** The variables of a key that has these files of deploy/cam. */
const key = (files: readonly string[], without: readonly string[] = []) =>
  keysOfRole(
    d,
    files.map((file) => documentOf(file, without)),
  );
const codes = async (env: Record<string, string>, more: Parameters<typeof examined>[1] = {}) =>
  (await examined(d, { env, ...more })).map(({ subject, code }) => `${subject}: ${code}`);

it("a key with command.json, state-in-cos.json and doctor.json sees everything, and no more is needed", async () => {
  const checks = await examined(d, { env: key(NEEDED) });
  expect(complaints(checks)).toEqual([]);
  expect(checks.find(({ subject }) => subject === "tag:TagResources")?.code).toBe("granted-by-policies");
  const unseen = checks.filter(({ status }) => status === "not-checked").map(({ subject }) => subject);
  expect(unseen).toEqual(["CloudAudit", "build"]);
});

it.each([
  ["scf:GetFunction", "deployment: may-not-read"],
  ["cam:GetRole", `role ${ROLE}: may-not-read`],
  ["eb:ListRules", "event rule: may-not-read"],
  ["eb:CheckRule", "event rule: may-not-read"],
  ["cls:DescribeTopics", "journal in CLS: may-not-read"],
])("a key without %s gives no false alarm, but says what it did not see", async (action, line) => {
  const env = key(NEEDED, [action]);
  expect(complaints(await examined(d, { env }))).toEqual([]);
  expect(await codes(env)).toContain(line);
});

it("each permission that a command needs and the key lacks is named", async () => {
  const sharing = POLICY.replace("copy: {", 'prune: { delete: true }\n    copy: { shareWith: ["100000000002"],');
  const env = key(["plan-only", "state-in-cos", "doctor"]);
  expect(complaints(await examined(d, { env, policy: sharing }))).toEqual([
    "wrong cvm:SyncImages: permission-missing",
    "wrong cvm:ModifyImageAttribute: permission-missing",
    "wrong tag:TagResources: permission-missing",
    "warning tag:UnTagResources: permission-useful",
    "wrong cvm:ModifyImageSharePermission: permission-missing",
    "wrong cvm:DeleteImages: permission-missing",
    // The role of the functions has poll-copies.json alone.
    ...[
      "cvm:DescribeInstances",
      "cvm:DescribeLaunchTemplates",
      "cvm:DescribeLaunchTemplateVersions",
      "as:DescribeLaunchConfigurations",
      "cvm:DeleteImages",
    ].map(() => `wrong role ${ROLE}: permission-missing`),
  ]);
});

it("an answer about a parameter is no refusal, and is told as what it is", async () => {
  const sharing = POLICY.replace("copy: {", 'copy: { shareWith: ["100000000002"],');
  const lines = await codes({}, { policy: sharing });
  expect(lines).toContain("cvm:DescribeImageSharePermission: probably-permitted");
});

it("a dry run that the cloud answers with an error that means success is permitted", async () => {
  d.world.switches.dryRunAnswer = "error";
  expect(await codes({})).toContain("cvm:SyncImages: permitted");
});

it("a copy that is refused for another reason than a permission is a warning", async () => {
  const effect = { kind: "error", code: "UnsupportedOperation.Region", message: "no" } as const;
  addFault(d.world, { match: { action: "SyncImages", times: 0 }, effect });
  expect(complaints(await examined(d))).toEqual(["warning cvm:SyncImages: copy-refused"]);
});

it.each(["UnauthorizedOperation", "AuthFailure.UnauthorizedOperation"] as const)(
  "a refusal is one under either code: %s",
  async (code) => {
    d.world.switches.permissionCode = code;
    expect(complaints(await examined(d, { env: key(NEEDED, ["cvm:SyncImages"]) }))).toEqual([
      "wrong cvm:SyncImages: permission-missing",
    ]);
  },
);

it("before a deployment the account's own key needs nothing", async () => {
  expect(complaints(await examined(d, { beforeDeployment: true }))).toEqual([]);
});

it("before a deployment a key is told each read and each write that it lacks", async () => {
  const checks = await examined(d, { env: key(["command", "doctor"]), beforeDeployment: true });
  expect(complaints(checks)).toEqual([
    "wrong scf access: key-lacks",
    "wrong cam access: key-lacks",
    "wrong cls access: key-lacks",
    "wrong tag access: key-lacks",
    "wrong all actions: key-lacks",
  ]);
  expect(checks.find(({ subject }) => subject === "all actions")?.text).toContain("scf:CreateFunction");
});

it("before a deployment a key whose policies cannot be read is told which actions nobody can check", async () => {
  const checks = await examined(d, { env: key(["command"]), beforeDeployment: true });
  const writes = checks.find(({ subject }) => subject === "all actions");
  expect(writes).toMatchObject({ status: "not-checked", code: "writes-unknown" });
  expect(writes?.text).toContain("cam:CreateRole");
});

it.each([
  [{ STATE_URL: "sqlite:state.db" }, ["wrong STATE_URL: deploy-state-file"]],
  [{ STATE_URL: "postgres://u:secret@10.0.0.1/db" }, ["wrong STATE_URL: deploy-password"]],
  [{ REPLICATOR_INSTALLATION: "" }, ["warning REPLICATOR_INSTALLATION: deploy-installation"]],
])("before a deployment the settings are examined: %j", async (env, lines) => {
  const checks = await examined(d, { env, beforeDeployment: true });
  expect(complaints(checks)).toEqual(lines);
  expect(JSON.stringify(checks)).not.toContain("secret@");
});
