// A whole deployment on an emulator whose functions do not run, and the doctor that examines it.
import { createHash } from "node:crypto";
import { zipSync } from "fflate";
import { callAction } from "../../emulator/api/dispatch.ts";
import { makeImages } from "../../emulator/control/console.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import { issueRoleSession } from "../../emulator/services/identity/sessions.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import type { StoredObject } from "../../emulator/world/services/bucket.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import type { Check } from "../../lib/doctor/check.ts";
import { examine } from "../../lib/doctor/doctor.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import { LOG_FIELDS, openInspection } from "../../lib/replicator/open/open-inspection.ts";
import { openReplicator } from "../../lib/replicator/open/open-replicator.ts";
import { describeStateUrl } from "../../lib/replicator/open/open-state.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { requestForTimer } from "../../lib/replicator/run-requests.ts";
import { userEnv } from "../e2e/support.ts";
import { readCam } from "../support/permissions.ts";

export const [MAIN] = DEFAULT_ACCOUNTS;
export const HOME = "ap-guangzhou";
export const ROLE = "cvm-image-replicator-dev";
export const BUCKET = `cvm-image-replicator-${MAIN.appId}`;
export const functionName = (name: string) => `cvm-image-replicator-dev-${name}`;
const FUNCTIONS = ["image-created", "evaluate-policy", "poll-copies"];
const TIMES: Readonly<Record<string, number>> = { "evaluate-policy": 300 };

export const POLICY = `version: 1
policies:
  - name: golden
    from: [${HOME}]
    select: { name: ["golden-*"] }
    to: [ap-shanghai, ap-beijing]
    copy: { tags: { set: { env: prod } } }
`;

/** As docs/deploy.md has it. */
export const PATTERN = {
  source: ["cvm.cloud.tencent"],
  type: ["cvm:CloudEvent:ApiCall", "cvm:CloudEvent:ConsoleCall", "cvm:CloudEvent:MiniProgramCall"],
  data: {
    eventName: [
      ...["CreateImage", "ImportImage", "SyncImages"],
      ...["DeleteImages", "ModifyImageAttribute", "ModifyImageSharePermission"],
    ],
  },
};

const VERSIONS = { cam: "2019-01-16", cls: "2020-10-16", eb: "2021-04-16", scf: "2018-04-16" } as const;

export interface Deployment {
  readonly world: World;
  readonly emulator: Emulator;
  /** The environment of the command. */
  readonly env: Record<string, string>;
  /** The ids of what was made. */
  readonly ids: Readonly<Record<"bus" | "rule" | "target" | "journal" | "functions", string>>;
  /** Calls an action as the account itself. */
  readonly call: (service: keyof typeof VERSIONS, action: string, params: object) => Record<string, unknown>;
  readonly close: () => Promise<void>;
}

/** Text of a policy of deploy/cam for the role, with its places filled in, and without some actions. */
export function documentOf(file: string, without: readonly string[] = []): string {
  const { statement, ...rest } = readCam(file);
  const kept = statement.map(({ action, ...more }) => ({
    ...more,
    action: action.filter((one) => !without.includes(one)),
  }));
  return JSON.stringify({ ...rest, statement: kept.filter(({ action }) => action.length > 0) })
    .replaceAll("BUCKET-APPID", BUCKET)
    .replaceAll("APPID", MAIN.appId)
    .replaceAll("REGION", HOME)
    .replaceAll("PREFIX", "dev");
}

const TEXT = { FullText: { CaseSensitive: false, Tokenizer: " ," } };

/** The rule of an index with these keys. */
export function indexOf(
  fields: readonly { readonly name: string; readonly type: string; readonly tokenizer: string }[],
) {
  const KeyValues = fields.map(({ name, type, tokenizer }) => ({
    Key: name,
    Value: { Type: type, Tokenizer: tokenizer },
  }));
  return { ...TEXT, KeyValue: { CaseSensitive: false, KeyValues } };
}

/** The text of a policy that lets the role write its journal. */
export function journalPolicy(...action: readonly string[]): string {
  const statement = [{ effect: "allow", action, resource: [`qcs::cls:${HOME}:uin/${MAIN.uin}:topic/*`] }];
  return JSON.stringify({ version: "2.0", statement });
}

/**
 * Deploys as `npm run deploy` does, by calls alone. One image is selected. Nothing has run yet. `ahead`: how far the
 * clock of the cloud is ahead, in milliseconds.
 */
export async function deploy({ ahead = 0 } = {}): Promise<Deployment> {
  const world = createWorld({
    now: () => Date.now() + ahead,
    // A function is Active after two milliseconds.
    timeScale: 1000,
    rateLimits: false,
    buckets: [{ name: BUCKET, region: HOME }],
  });
  const emulator = await startEmulator({ port: 0, world });
  makeImages(world, { region: HOME, name: "golden-web", sizeGiB: 20, silent: true });
  const call: Deployment["call"] = (service, action, params) =>
    callAction(world, {
      ...{ account: MAIN, service, action, version: VERSIONS[service], region: HOME },
      params: params as Record<string, unknown>,
    });
  call("cam", "CreateRole", { RoleName: ROLE, PolicyDocument: documentOf("role-trust") });
  const attach = (PolicyName: string, PolicyDocument: string) => {
    const { PolicyId } = call("cam", "CreatePolicy", { PolicyName, PolicyDocument });
    call("cam", "AttachRolePolicy", { PolicyId, AttachRoleName: ROLE });
  };
  attach("journal", journalPolicy("cls:UploadLog", "cls:pushLog"));
  for (const file of ["poll-copies", "state-in-cos"]) {
    attach(file, documentOf(file));
  }
  const { LogsetId } = call("cls", "CreateLogset", { LogsetName: ROLE });
  const topics = ["journal", "functions"].map((TopicName) => {
    const { TopicId } = call("cls", "CreateTopic", { LogsetId, TopicName });
    call("cls", "CreateIndex", { TopicId, Status: true, Rule: TopicName === "journal" ? indexOf(LOG_FIELDS) : TEXT });
    return String(TopicId);
  }) as [string, string];
  const [journal, functions] = topics;
  const ZipFile = Buffer.from(zipSync({ "index.js": Buffer.from("") })).toString("base64");
  for (const name of FUNCTIONS) {
    const FunctionName = functionName(name);
    const Variables = Object.entries({
      STATE_URL: `cos://${BUCKET}/dev`,
      REPLICATOR_INSTALLATION: "lab",
      CLS_TOPIC_ID: journal,
    }).map(([Key, Value]) => ({ Key, Value }));
    call("scf", "CreateFunction", {
      ...{ FunctionName, Code: { ZipFile }, Handler: "index.main_handler", Runtime: "Nodejs18.15", Role: ROLE },
      ...{ MemorySize: 256, Timeout: TIMES[name] ?? 120, ClsLogsetId: LogsetId, ClsTopicId: functions },
      Environment: { Variables },
    });
  }
  world.clockOffset += 60_000;
  for (const [name, RetryNum, MsgTTL] of [
    ["image-created", 2, 21_600],
    ["poll-copies", 0, 60],
  ] as const) {
    const AsyncTriggerConfig = { RetryConfig: [{ RetryNum }], MsgTTL };
    call("scf", "UpdateFunctionEventInvokeConfig", { FunctionName: functionName(name), AsyncTriggerConfig });
  }
  const timer = { TriggerName: "every-minute", Type: "timer", TriggerDesc: "0 */1 * * * * *", Enable: "OPEN" };
  call("scf", "CreateTrigger", { FunctionName: functionName("poll-copies"), ...timer });
  const { EventBuses } = call("eb", "ListEventBuses", {});
  const bus = (EventBuses as { EventBusId: string }[])[0]?.EventBusId ?? "";
  const rule = { EventBusId: bus, RuleName: `${ROLE}-images`, EventPattern: JSON.stringify(PATTERN) };
  const RuleId = String(call("eb", "CreateRule", rule)["RuleId"]);
  const target = call("eb", "CreateTarget", { EventBusId: bus, RuleId, ...targetOf("image-created") });
  const ids = { bus, rule: RuleId, target: String(target["TargetId"]), journal, functions };
  const state = { STATE_URL: `cos://${BUCKET}/dev?region=${HOME}` };
  return { world, emulator, env: userEnv(emulator.url, state), ids, call, close: () => emulator.close() };
}

/** A target of EventBridge that is a function. */
export function targetOf(name: string) {
  const ResourceDescription = `qcs::scf:${HOME}:uin/${MAIN.uin}:namespace/default/function/${functionName(name)}/$LATEST`;
  return { Type: "scf", TargetDescription: { ResourceDescription } };
}

let objectsAfterRun: Map<string, StoredObject> | undefined;

/**
 * Lets the state know a run of the timer, as `poll-copies` does it. Worlds are alike, so that the objects of the first
 * real run serve for all others.
 */
export async function runTimer(d: Pick<Deployment, "env" | "world">): Promise<void> {
  const objects = d.world.buckets.get(BUCKET)?.objects;
  if (objectsAfterRun === undefined) {
    await runOnce(d.env);
    objectsAfterRun = new Map(objects);
  }
  for (const [key, object] of objectsAfterRun) objects?.set(key, object);
  d.world.clockOffset += 3_600_000; // Copies are finished, and their source can be copied again.
}

async function runOnce(env: Record<string, string>): Promise<void> {
  const config = readConfig(env);
  const contents = parsePolicy(POLICY, "policy.yaml", config.settle);
  const opened = await openReplicator(config, env, { at: () => Number.POSITIVE_INFINITY }, { contents, journals: [] });
  try {
    await replicate(await requestForTimer(opened.replicator, config.sweepEvery), opened.replicator);
  } finally {
    await opened.close();
  }
}

/** How an examination differs from the usual one. */
export interface Differences {
  readonly env?: Record<string, string>;
  readonly policy?: string;
  readonly stage?: string;
  readonly beforeDeployment?: boolean;
  readonly now?: () => number;
}

/** Examines a deployment, in this process. */
export async function examined(
  { env: usual }: Pick<Deployment, "env">,
  { env = {}, policy = POLICY, stage = "dev", beforeDeployment = false, now = Date.now }: Differences = {},
): Promise<readonly Check[]> {
  const all = { ...usual, ...env };
  const config = readConfig(all);
  const { policies } = parsePolicy(policy, "policy.yaml", config.settle);
  const inspection = { ...openInspection(config, all), now };
  try {
    return await examine(
      {
        ...{ config, stage, beforeDeployment, describeStateUrl, hasStateUrl: true, build: undefined },
        journalKeys: LOG_FIELDS.map(({ name }) => name),
        policyFile: { file: "policy.yaml", result: { policies, warnings: 0 } },
      },
      inspection,
    );
  } finally {
    inspection.close();
  }
}

/** The lines that are not right, as `status subject: code`. */
export const complaints = (checks: readonly Check[]) =>
  checks
    .filter(({ status }) => status === "wrong" || status === "warning")
    .map(({ status, subject, code }) => `${status} ${subject}: ${code}`);

/** The keys of a role that has these policies, each the text of a document, as variables. */
export function keysOfRole({ world, call }: Deployment, documents: readonly string[]): Record<string, string> {
  const name = `role-${createHash("sha256").update(documents.join()).digest("hex").slice(0, 8)}`;
  call("cam", "CreateRole", { RoleName: name, PolicyDocument: documentOf("role-trust") });
  for (const [index, PolicyDocument] of documents.entries()) {
    const { PolicyId } = call("cam", "CreatePolicy", { PolicyName: `${name}-${index}`, PolicyDocument });
    call("cam", "AttachRolePolicy", { PolicyId, AttachRoleName: name });
  }
  const { secretId, secretKey, token = "" } = issueRoleSession(world, MAIN.uin, name, 3_600_000);
  return { TENCENTCLOUD_SECRET_ID: secretId, TENCENTCLOUD_SECRET_KEY: secretKey, TENCENTCLOUD_TOKEN: token };
}
