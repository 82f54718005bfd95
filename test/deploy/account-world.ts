// An account on an emulator, and what a deployment makes in it apart from uploading code.
import type { Call } from "../../deploy/account/call.ts";
import { complete, type Given, prepare } from "../../deploy/account/deploy.ts";
import { type Deployment, functionName, type Needs } from "../../deploy/account/deployment.ts";
import { openDeployment } from "../../deploy/account/open.ts";
import { afterFunctions, beforeFunctions } from "../../deploy/account/remove.ts";
import { describedFunction } from "../../deploy/account/resources/function-settings.ts";
import { zip } from "../../deploy/zip.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";

export const [MAIN] = DEFAULT_ACCOUNTS;
export const NAMES = ["image-created", "evaluate-policy", "poll-copies"] as const;
const FUNCTIONS = Object.fromEntries(NAMES.map((name) => [name, { description: `What ${name} does` }]));

/** The policies of a package, with more lines for its only policy. */
export function policiesWith(more = ""): Needs {
  const text = `version: 1
policies:
  - name: golden
    from: [ap-guangzhou]
    select: { name: ["golden-*"] }
    to: [ap-shanghai]
${more}`;
  return { policies: parsePolicy(text, "policy.yaml", 1000).policies };
}

/** An emulator and a deployment to it. */
export interface AccountWorld {
  readonly world: World;
  readonly emulator: Emulator;
  readonly deployment: Deployment & { readonly done: readonly string[] };
  readonly call: Call;
  readonly warnings: string[];
  /** What was reported since the last call. */
  reported(): string[];
  /** All that `serverless deploy` does, with functions that have no code of ours. */
  deploy(given?: Given, needs?: Needs): Promise<void>;
  /** All that `serverless remove` does, in the region of the deployment or in another one. */
  remove(extent?: { readonly withState: boolean; readonly withLogs: boolean }, region?: string): Promise<void>;
  close(): Promise<void>;
}

/** `through`: what every call of the deployment goes through. */
export async function accountWorld(
  region = "ap-guangzhou",
  stage = "dev",
  through: (call: Call) => Call = (call) => call,
): Promise<AccountWorld> {
  const world = createWorld({ now: Date.now, timeScale: 1000, rateLimits: false });
  const emulator = await startEmulator({ port: 0, world });
  const env = {
    REPLICATOR_ENDPOINT: emulator.url,
    TENCENTCLOUD_SECRET_ID: MAIN.secretId,
    TENCENTCLOUD_SECRET_KEY: MAIN.secretKey,
  };
  const warnings: string[] = [];
  const voice = { say: () => {}, warn: (line: string) => warnings.push(line) };
  const opened = await openDeployment({ service: "cvm-image-replicator", stage, region }, env, voice);
  const deployment = { ...opened, call: through(opened.call), pause: async () => {} };
  let shown = 0;

  const createFunctions = async (role: string) => {
    const ZipFile = Buffer.from(zip([{ name: "index.js", data: Buffer.from("") }])).toString("base64");
    for (const name of NAMES) {
      const FunctionName = functionName(deployment, name);
      if ([...world.functions.values()].some((one) => one.name === FunctionName && one.region === region)) continue;
      const Description = describedFunction(FUNCTIONS[name]?.description ?? "", deployment);
      const settings = { Handler: "index.main_handler", Runtime: "Nodejs18.15", Role: role, Description };
      await deployment.call("scf", "CreateFunction", region, { FunctionName, Code: { ZipFile }, ...settings });
    }
  };

  return {
    ...{ world, emulator, deployment, warnings, call: deployment.call },
    reported: () => {
      const since = deployment.done.slice(shown);
      shown = deployment.done.length;
      return since;
    },
    deploy: async (given = {}, needs = policiesWith()) => {
      const prepared = await prepare(deployment, { given, needs, names: NAMES, env });
      await createFunctions(prepared.role);
      await complete(deployment, FUNCTIONS, prepared.logs);
    },
    remove: async (extent = { withState: false, withLogs: false }, from = region) => {
      const there = { ...deployment, region: from };
      const before = await beforeFunctions(there, NAMES);
      for (const { name } of [...world.functions.values()].filter((one) => one.region === from))
        await deployment.call("scf", "DeleteFunction", from, { FunctionName: name });
      await afterFunctions(there, NAMES, { hasOwnRole: false, ...extent, ...before }, []);
    },
    close: () => emulator.close(),
  };
}
