// Opens a deployment: finds the key and the account, and connects to the cloud or to REPLICATOR_ENDPOINT.
import { setTimeout as sleep } from "node:timers/promises";
import { callsOf, DeployError, type Key } from "./call.ts";
import { cosOf } from "./cos.ts";
import type { Change, Deployment } from "./deployment.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The endpoint of `REPLICATOR_ENDPOINT`, which stands for all hosts of the cloud. Throws `DeployError`. */
export function endpointIn(env: Env): URL | undefined {
  const text = env["REPLICATOR_ENDPOINT"];
  if (!text) return undefined;
  try {
    const url = new URL(text);
    if (/^https?:$/.test(url.protocol) && url.pathname === "/" && !url.username) return url;
  } catch {
    // Falls through to the message.
  }
  throw new DeployError(
    "REPLICATOR_ENDPOINT: must be http:// or https://, a host and a port, e.g. http://127.0.0.1:9900",
  );
}

/** The key that deploys, from the environment. Throws `DeployError`. */
export function keyIn(env: Env): Key {
  const { TENCENTCLOUD_SECRET_ID: secretId, TENCENTCLOUD_SECRET_KEY: secretKey, TENCENTCLOUD_TOKEN: token } = env;
  if (secretId && secretKey) return { secretId, secretKey, ...(token && { token }) };
  const unset = ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"].filter((name) => !env[name]);
  throw new DeployError(
    `No credentials: ${unset.join(" and ")} not set. Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, and ` +
      "TENCENTCLOUD_TOKEN for temporary credentials. TENCENTCLOUD_APPID and TENCENTCLOUD_UIN skip one CAM lookup.",
  );
}

/** What the user is told, step by step. */
export interface Voice {
  readonly say: (line: string) => void;
  readonly warn: (line: string) => void;
}

/** Opens a deployment. Looks up the account's ids unless the environment has them. Throws `DeployError`. */
export async function openDeployment(
  of: Pick<Deployment, "service" | "stage" | "region">,
  env: Env,
  { say, warn }: Voice,
): Promise<Deployment & { readonly done: readonly string[] }> {
  const key = keyIn(env);
  const endpoint = endpointIn(env);
  const call = callsOf(key, endpoint, sleep);
  const account = async () => {
    const { TENCENTCLOUD_APPID: appId, TENCENTCLOUD_UIN: uin } = env;
    if (appId && uin) return { appId, uin };
    const found = await call<{ AppId: number; OwnerUin: string }>("cam", "GetUserAppId", "ap-guangzhou", {});
    return { appId: String(found.AppId), uin: String(found.OwnerUin) };
  };
  const done: string[] = [];
  const report = (change: Change, what: string) => {
    done.push(`${change} ${what}`);
    say(`${change} ${what}`);
  };
  return { ...of, account: await account(), call, cos: cosOf(key, endpoint), report, warn, pause: sleep, done };
}
