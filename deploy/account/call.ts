// One call of the deploying key, and the error that says what to do about a refusal.
import { CommonClient } from "tencentcloud-sdk-nodejs-common/tencentcloud/common/common_client.js";
import { type Endpoint, isSecure, sharedAgent } from "../../lib/adapters/tencent/transport/fenced-agent.ts";

/** The key that deploys. Temporary keys have a `token`. */
export interface Key {
  readonly secretId: string;
  readonly secretKey: string;
  readonly token?: string | undefined;
}

const VERSIONS = { cam: "2019-01-16", cls: "2020-10-16", eb: "2021-04-16", scf: "2018-04-16" } as const;
type Service = keyof typeof VERSIONS;

/** A deployment cannot go on. The message is complete for the user, without a stack trace, and holds no secret. */
export class DeployError extends Error {
  override readonly name = "DeployError";
  /** The code of the cloud, if it refused a call. */
  readonly code: string;

  constructor(message: string, code = "") {
    super(message);
    this.code = code;
  }
}

/** Calls an action in a region and answers its `Response`. Throws `DeployError`. */
export type Call = <Answer extends object>(
  service: Service,
  action: string,
  region: string,
  params: object,
) => Promise<Answer>;

/** After these codes the call had no effect (the vendor's list of common error codes), so it may be sent again. */
const THROTTLED = /^RequestLimitExceeded(\.|$)/;
const TRIES = 5;
const TIMEOUT_SECONDS = 30;

/** Whether a code says that a permission is missing: CAM has several (see `permissionCode` of the emulator). */
export const isRefusal = (code: string): boolean =>
  /^(AuthFailure\.)?UnauthorizedOperation(\.|$)|^AccessDenied$/.test(code);

/** A message about a missing permission, which names the action as CAM does, and the resource. */
export function refusalText(action: string, resource: string, cause: string): string {
  return (
    `the deploying key may not call ${action} on ${resource} (${cause}); ` +
    "grant it, e.g. with deploy/cam/deploying-key.json, and run the same command again"
  );
}

/** The calls of a key. `endpoint` receives them in place of the real hosts; `pause` waits between two tries. */
export function callsOf(key: Key, endpoint: Endpoint, pause: (ms: number) => Promise<unknown>): Call {
  const agent = sharedAgent(endpoint);
  return async <Answer extends object>(service: Service, action: string, region: string, params: object) => {
    for (let tries = 1; ; tries += 1) {
      const client = new CommonClient(`${service}.tencentcloudapi.com`, VERSIONS[service], {
        credential: { secretId: key.secretId, secretKey: key.secretKey, ...(key.token && { token: key.token }) },
        region,
        profile: {
          language: "en-US",
          httpProfile: {
            protocol: isSecure(endpoint) ? "https://" : "http://",
            reqTimeout: TIMEOUT_SECONDS,
            agent,
          },
        },
      });
      try {
        return (await client.request(action, params)) as Answer;
      } catch (error) {
        const { code = "", message = "" } = error as { code?: string; message?: string };
        if (THROTTLED.test(code) && tries < TRIES) {
          await pause(1000 * tries);
          continue;
        }
        throw callError({ service, action, region }, code, withoutKey(message, key));
      }
    }
  };
}

interface Called {
  readonly service: Service;
  readonly action: string;
  readonly region: string;
}

/** What to do about an error code of a call, other than a missing permission. */
export function adviceOn(code: string): string {
  if (/^(AuthFailure(\.|$)|InvalidAccessKeyId$|SignatureDoesNotMatch$)/.test(code)) {
    return "check TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and, for a temporary key, TENCENTCLOUD_TOKEN";
  }
  if (/^UnsupportedRegion(\.|$)/.test(code)) {
    return "set TENCENTCLOUD_REGION to a region that has SCF and CLS, e.g. ap-guangzhou";
  }
  return "run the same command again";
}

function callError({ service, action, region }: Called, code: string, message: string): DeployError {
  if (isRefusal(code)) return new DeployError(refusalText(`${service}:${action}`, resourceIn(message), code), code);
  const cause = [code, message.replaceAll(/\s+/g, " ")].filter(Boolean).join(": ");
  return new DeployError(`${service} ${action} in ${region}: ${cause}; ${adviceOn(code)}`, code);
}

/** The resource that a refusal names, as CAM words it. */
const resourceIn = (message: string): string => /resource \((.+?)\)/.exec(message)?.[1] ?? "*";

/** What the stock plugin throws, a text or an error of its client, as the error of a call of ours. */
export function stockError(thrown: unknown, key: Key): DeployError {
  const { code = "", message = String(thrown) } = (typeof thrown === "object" && thrown !== null ? thrown : {}) as {
    code?: string;
    message?: string;
  };
  const text = withoutKey(message, key);
  if (isRefusal(code)) {
    const action = /perform operation \((.+?)\)/.exec(text)?.[1] ?? "an action of SCF, COS or Tag";
    return new DeployError(refusalText(action, resourceIn(text), code), code);
  }
  const cause = [code, text.replaceAll(/\s+/g, " ")].filter(Boolean).join(": ");
  return new DeployError(`serverless-tencent-scf: ${cause}; ${adviceOn(code)}`, code);
}

/** A message of the cloud or of a library without the key, which some of them quote. */
export function withoutKey(message: string, { secretId, secretKey, token }: Key): string {
  return [secretKey, token, secretId].reduce<string>(
    (text, secret) => (secret ? text.replaceAll(secret, "***") : text),
    message,
  );
}

/** The answer of a call, or undefined if the cloud answers one of these codes. */
export async function unlessAbsent<T>(call: Promise<T>, codes: RegExp): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof DeployError && codes.test(error.code)) return undefined;
    throw error;
  }
}
