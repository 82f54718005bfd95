// Sends the calls of the doctor, which only read: of any service, once, with a short time limit.
import { setMaxListeners } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import type { Millis } from "../../model/types.ts";
import type { TencentOptions } from "./tencent-cloud.ts";
import { accountIn, callerIdentity } from "./transport/account-guard.ts";
import { type Json, textOf } from "./transport/answer.ts";
import type { Call } from "./transport/call.ts";
import { hostOf } from "./transport/endpoints.ts";
import { isSecure, sharedAgent } from "./transport/fenced-agent.ts";
import { isThrottled } from "./transport/pace.ts";
import { repeating } from "./transport/retry.ts";
import { cloudError, transport } from "./transport/transport.ts";

export type InspectorOptions = Pick<TencentOptions, "endpoint" | "site" | "credentials" | "now"> & {
  readonly signal: AbortSignal;
  /** Time limit of each call. */
  readonly timeoutMs: Millis;
};

/** One call that changes nothing: a read, a check, or a dry run. */
type Reading = Pick<Call, "service" | "action" | "region"> & { readonly params?: object };

/** Who signs the calls. */
interface Caller {
  readonly account: string;
  /** `account`: the account's own key. `user`: a user of CAM, or a caller of an unknown kind. */
  readonly kind: "account" | "user" | "role";
  readonly roleId?: string;
}

/** How the doctor calls. */
export interface Inspector {
  /** Sends one call. Throws `CloudError`. */
  readonly read: <T>(reading: Reading, decode: (answer: Json) => T) => Promise<T>;
  /** Throws `CloudError`. */
  readonly caller: () => Promise<Caller>;
  /** How far this clock is ahead of the cloud's, by the header Date of an unsigned request. Throws `CloudError`. */
  readonly clockOffset: () => Promise<{ readonly ahead: Millis; readonly precision: Millis }>;
}

/** The calls of the doctor. A throttled call is repeated; every other failure is what the doctor wants to know. */
export function inspector(options: InspectorOptions): Inspector {
  const { site, signal, timeoutMs, now } = options;
  const endpoint = options.endpoint === undefined ? undefined : new URL(options.endpoint);
  setMaxListeners(0, signal); // each open call listens, and Node warns above ten
  const send = transport({ endpoint, site, credentials: options.credentials, signal, now });
  const sent = <T>(call: Call, decode: (answer: Json) => T) => repeating(() => send(call, decode), signal, isThrottled);
  return {
    read: ({ service, action, region, params = {} }: Reading, decode) =>
      sent({ service, action, params, timeoutMs, ...(region !== undefined && { region }) }, decode),
    caller: () => sent({ ...callerIdentity(site, timeoutMs), whole: true }, callerIn),
    async clockOffset() {
      const call = callerIdentity(site, timeoutMs);
      const url = new URL(`${isSecure(endpoint) ? "https" : "http"}://${hostOf(call.service, call.region, site)}/`);
      const from = now();
      const date = await dateOf(url, sharedAgent(endpoint), AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
      if (Number.isNaN(date)) {
        throw cloudError({ ...call, action: "GET" }, { code: "BadAnswer", text: "no header Date" }, "none");
      }
      // The header has whole seconds, rounded down; the answer was made between the two readings of this clock.
      const until = now();
      return { ahead: (from + until) / 2 - (date + 500), precision: 500 + (until - from) / 2 };
    },
  };
}

/**
 * Reads the answer of GetCallerIdentity. The examples of sts 2018-08-13 show the Arn of a user as `qcs::cam:…:uin/UIN`,
 * of a role as `qcs::sts:…:assumed-role/ID`. A key whose user is the account itself is the account's own.
 */
function callerIn(answer: Json): Caller {
  const account = accountIn(answer);
  const arn = textOf(answer["Arn"], "Arn") ?? "";
  const roleId = /:assumed-role\/([^/:]+)/.exec(arn)?.[1];
  if (roleId !== undefined) return { account, kind: "role", roleId };
  const isOwn = arn.endsWith(`:uin/${account}`) || arn.endsWith(":root");
  return { account, kind: isOwn ? "account" : "user" };
}

/** The header Date of the answer to an unsigned request, whatever the answer is; NaN if it has none. */
function dateOf(url: URL, agent: http.Agent, signal: AbortSignal): Promise<Millis> {
  const request = url.protocol === "https:" ? https.request : http.request;
  return new Promise<Millis>((resolve, reject) => {
    const sending = request(url, { agent, method: "GET", signal }, (answer) => {
      resolve(Date.parse(answer.headers.date ?? ""));
      answer.resume();
      answer.on("error", () => {});
    });
    sending.on("error", (error: NodeJS.ErrnoException) => {
      const code = typeof error.code === "string" && /^[A-Z_]+$/.test(error.code) ? error.code : "no answer";
      const failure = { code: error.name === "AbortError" || error.name === "TimeoutError" ? "Timeout" : "Network" };
      reject(cloudError(CLOCK, { ...failure, text: code }, "none"));
    });
    sending.end();
  });
}

const CLOCK = { service: "sts", action: "GET", params: {}, timeoutMs: 0 } satisfies Call;
