// Deploys the packaged functions to an emulator by calls of the vendor's clients alone, as a script of a user would.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { packFunctions } from "../../deploy/package.ts";
import { POLICY } from "../deployed/account.ts";
import { HOME, MAIN, type RunningCloud, startCloud } from "../deployed/cloud.ts";
import { VERSION } from "../support/compiled-policy.ts";
import { type CamPolicy, readCam } from "../support/permissions.ts";
import { TOP, temporaryFolder } from "./support.ts";

const CODE = "code";
const STATE = `state-${MAIN.appId}`;
export const FUNCTIONS = ["image-created", "evaluate-policy", "poll-copies"] as const;
type FunctionName = (typeof FUNCTIONS)[number];

/** As docs/deploy.md has it. */
const PATTERN = {
  source: ["cvm.cloud.tencent"],
  type: ["cvm:CloudEvent:ApiCall", "cvm:CloudEvent:ConsoleCall", "cvm:CloudEvent:MiniProgramCall"],
  data: {
    eventName: [
      ...["CreateImage", "ImportImage", "SyncImages"],
      ...["DeleteImages", "ModifyImageAttribute", "ModifyImageSharePermission"],
    ],
  },
};

/** The zips of the functions, by name. */
export async function packages(): Promise<Record<FunctionName, Buffer>> {
  const folder = temporaryFolder();
  try {
    cpSync(join(TOP, "dist/functions"), join(folder.path, "dist/functions"), { recursive: true });
    const policyPath = join(folder.path, "policy.yaml");
    writeFileSync(policyPath, POLICY);
    const how = { build: { version: VERSION }, target: "node18", policyPath, settle: 1000 };
    const { zips } = await packFunctions({ root: folder.path, names: FUNCTIONS, ...how });
    const all = zips.map(({ file }, n) => [FUNCTIONS[n], readFileSync(join(folder.path, file))] as const);
    return Object.fromEntries(all) as Record<FunctionName, Buffer>;
  } finally {
    folder.remove();
  }
}

/** How a deployment differs from the usual one. */
export interface Options {
  /** Actions of CAM that the role does not have. */
  readonly without?: readonly string[];
  /** Time limits of the functions, in seconds. Default 120. */
  readonly timeouts?: Partial<Record<FunctionName, number>>;
  /** How much faster time passes, for functions and cloud alike. Default 1. */
  readonly clockFactor?: number;
}

/** Three functions on an emulator, a timer, a rule with its target, a log topic, and a state in COS. */
export interface Deployed extends RunningCloud {
  /** Gives the role of the functions all permissions that the files of deploy/cam have. */
  permitAll(): Promise<void>;
}

/** Deploys, as `docs/deploy.md` says, and waits until the functions are Active. */
export async function deployByApi(
  zips: Readonly<Record<FunctionName, Buffer>>,
  { without = [], timeouts = {}, clockFactor = 1 }: Options = {},
): Promise<Deployed> {
  const cloud = await startCloud({ clockFactor });
  const { world, call } = cloud;
  const documentOf = (file: string, left: readonly string[]) => {
    const { statement, ...rest }: CamPolicy = readCam(file);
    const kept = statement.map(({ action, ...more }) => ({
      ...more,
      action: action.filter((one) => !left.includes(one)),
    }));
    const text = JSON.stringify({ ...rest, statement: kept.filter(({ action }) => action.length > 0) });
    return text
      .replaceAll("BUCKET-APPID", STATE)
      .replaceAll("APPID", MAIN.appId)
      .replaceAll("REGION", HOME)
      .replaceAll("PREFIX", "replicator");
  };

  await makeBuckets(cloud.port, zips);
  await call("cam", "CreateRole", { RoleName: "replicator", PolicyDocument: documentOf("role-trust", []) });
  for (const file of ["poll-copies", "state-in-cos"]) {
    const policy = { PolicyName: file, PolicyDocument: documentOf(file, without) };
    const { PolicyId } = await call("cam", "CreatePolicy", policy);
    await call("cam", "AttachRolePolicy", { PolicyId, AttachRoleName: "replicator" });
  }
  const { LogsetId } = await call("cls", "CreateLogset", { LogsetName: "replicator" });
  const { TopicId } = await call("cls", "CreateTopic", { LogsetId, TopicName: "functions" });
  const FullText = { CaseSensitive: false, Tokenizer: " ,:{}\"'" };
  await call("cls", "CreateIndex", { TopicId, Status: true, Rule: { FullText } });
  for (const name of FUNCTIONS) {
    await call("scf", "CreateFunction", {
      FunctionName: name,
      Code: { CosBucketName: CODE, CosObjectName: `/${name}.zip`, CosBucketRegion: HOME },
      ...{ Handler: "index.main_handler", Runtime: "Nodejs18.15", Role: "replicator" },
      ...{ MemorySize: 256, Timeout: timeouts[name] ?? 120, ClsLogsetId: LogsetId, ClsTopicId: TopicId },
      Environment: {
        Variables: [
          { Key: "STATE_URL", Value: `cos://${STATE}/replicator` },
          { Key: "REPLICATOR_INSTALLATION", Value: "lab" },
          { Key: "SETTLE", Value: "1s" },
        ],
      },
    });
  }
  for (const FunctionName of FUNCTIONS) {
    while ((await call("scf", "GetFunction", { FunctionName }))["Status"] !== "Active") world.clockOffset += 1000;
  }
  const timer = { TriggerName: "every-minute", Type: "timer", TriggerDesc: "0 */1 * * * * *", Enable: "OPEN" };
  await call("scf", "CreateTrigger", { FunctionName: "poll-copies", ...timer });
  const { EventBuses } = await call("eb", "ListEventBuses", {});
  const EventBusId = (EventBuses as { EventBusId: string }[])[0]?.EventBusId;
  const EventPattern = JSON.stringify(PATTERN);
  const { RuleId } = await call("eb", "CreateRule", { EventBusId, RuleName: "images", EventPattern });
  const ResourceDescription = `qcs::scf:${HOME}:uin/${MAIN.uin}:namespace/default/function/image-created/$LATEST`;
  const target = { Type: "scf", TargetDescription: { ResourceDescription } };
  await call("eb", "CreateTarget", { EventBusId, RuleId, ...target });

  return {
    ...cloud,
    permitAll: async () => {
      for (const file of ["poll-copies", "state-in-cos"]) {
        await call("cam", "UpdatePolicy", { PolicyName: file, PolicyDocument: documentOf(file, []) });
      }
    },
  };
}

/** Makes a bucket for the code, with the zips, and one for the state, with the vendor's client of COS. */
async function makeBuckets(port: number, zips: Readonly<Record<string, Buffer>>): Promise<void> {
  const here = createRequire(import.meta.url);
  const Cos = createRequire(here.resolve("serverless-tencent-scf/package.json"))("cos-nodejs-sdk-v5") as new (
    options: object,
  ) => Record<"putBucket" | "putObject", (params: object) => Promise<unknown>>;
  const keys = { SecretId: MAIN.secretId, SecretKey: MAIN.secretKey };
  const cos = new Cos({ ...keys, Protocol: "http:", Ip: `127.0.0.1:${port}` });
  for (const Bucket of [`${CODE}-${MAIN.appId}`, STATE]) await cos.putBucket({ Bucket, Region: HOME, ACL: "private" });
  for (const [name, Body] of Object.entries(zips)) {
    await cos.putObject({ Bucket: `${CODE}-${MAIN.appId}`, Region: HOME, Key: `${name}.zip`, Body });
  }
}
