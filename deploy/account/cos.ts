// The calls to COS that a deployment needs, with the vendor's client.
import { createRequire } from "node:module";
import type { Endpoint } from "../../lib/adapters/tencent/transport/fenced-agent.ts";
import { adviceOn, DeployError, isRefusal, type Key, refusalText, withoutKey } from "./call.ts";

type Request = (params: object) => Promise<Record<string, unknown>>;
const ACTIONS = [
  ...["getService", "putBucket", "deleteBucket", "getBucket", "deleteMultipleObject"],
  ...["getBucketEncryption", "putBucketEncryption", "getBucketVersioning"],
] as const;
type CosAction = (typeof ACTIONS)[number];

/** Calls an action of the vendor's client, cos-nodejs-sdk-v5. Throws `DeployError`. */
export type Cos = (
  action: CosAction,
  params: { readonly Bucket?: string; readonly [name: string]: unknown },
) => Promise<Record<string, unknown>>;

/** The names of actions in CAM that are not those of the client (vendor's page 436/30580). */
const IN_CAM: Partial<Record<CosAction, string>> = { deleteMultipleObject: "DeleteMultipleObjects" };

/**
 * Where the client connects. With `endpoint` it keeps the real names of the buckets in its requests, so that
 * signatures stay valid.
 */
export function cosPlace(endpoint: Endpoint): { Protocol?: string; Ip?: string } {
  return endpoint === undefined ? {} : { Protocol: endpoint.protocol, Ip: endpoint.host };
}

/** The calls to COS of a key. */
export function cosOf(key: Key, endpoint: Endpoint): Cos {
  // The client is a dependency of serverless-tencent-scf, which uploads the code with it.
  const stock = createRequire(createRequire(import.meta.url).resolve("serverless-tencent-scf/package.json"));
  const Client = stock("cos-nodejs-sdk-v5") as new (options: object) => Record<CosAction, Request>;
  const client = new Client({
    SecretId: key.secretId,
    SecretKey: key.secretKey,
    ...(key.token && { SecurityToken: key.token, XCosSecurityToken: key.token }),
    ...cosPlace(endpoint),
    Timeout: 30_000,
  });
  return async (action, params) => {
    try {
      return await client[action](params);
    } catch (thrown) {
      const { code: name, error, message } = thrown as { code?: string; error?: unknown; message?: string };
      const inner = (typeof error === "object" && error !== null ? error : {}) as { Code?: string; Message?: string };
      const code = inner.Code ?? name ?? "";
      const what = IN_CAM[action] ?? action[0]?.toUpperCase() + action.slice(1);
      const bucket = params.Bucket ?? "*";
      if (isRefusal(code)) throw new DeployError(refusalText(`name/cos:${what}`, bucket, code), code);
      const text = withoutKey(inner.Message ?? (typeof error === "string" ? error : message) ?? "no answer", key);
      throw new DeployError(
        `cos ${what} of ${bucket}: ${[code, text].filter(Boolean).join(": ")}; ${adviceOn(code)}`,
        code,
      );
    }
  };
}
