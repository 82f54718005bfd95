// The port Cloud over the API of Tencent Cloud.
import { setMaxListeners } from "node:events";
import type { Cloud } from "../../model/ports.ts";
import { SYNC_TIMEOUT } from "../../model/time.ts";
import type { FindUser, Millis } from "../../model/types.ts";
import { findUserOver } from "./calls/find-user.ts";
import { usesOver } from "./calls/image-usage.ts";
import type { Calls } from "./calls/list-calls.ts";
import { imageReads } from "./calls/read-images.ts";
import { regionReads } from "./calls/read-regions.ts";
import { imageCopying } from "./calls/sync-images.ts";
import { imageWrites } from "./calls/write-images.ts";
import { isTransient } from "./errors/verdicts.ts";
import { accountIn, callerIdentity } from "./transport/account-guard.ts";
import type { CallLine, Send } from "./transport/call.ts";
import type { Credentials } from "./transport/credentials.ts";
import type { Site } from "./transport/endpoints.ts";
import { isThrottled } from "./transport/pace.ts";
import { repeating } from "./transport/retry.ts";
import { transport } from "./transport/transport.ts";

export interface TencentOptions {
  /** Receives every call in place of the site's hosts, e.g. `http://127.0.0.1:9900`. */
  readonly endpoint?: string;
  readonly site: Site;
  /** Called before each request, because keys may change. Its errors become `NoCredentials`. */
  readonly credentials: () => Promise<Credentials>;
  /** Stops all calls; they then throw `Aborted`. */
  readonly signal?: AbortSignal;
  /** The clock for `notAfter`. It must be the real clock, because the SDK signs with that. */
  readonly now: () => Millis;
  /** Time limit of each single request. Default: 20 s, for SyncImages `SYNC_TIMEOUT`. */
  readonly timeoutMs?: Millis;
  readonly log?: (line: CallLine) => void;
}

const PAGE = 100; // the largest page of all lists of cvm 2017-03-12 and as 2018-04-19

/** The cloud, and what sends its calls, for another service of the same account. */
export interface TencentConnection {
  readonly cloud: Cloud;
  readonly send: Send;
  /** Finds what starts instances, by its id. */
  readonly findUser: FindUser;
  /** Aborts with the run. */
  readonly signal: AbortSignal;
}

/** The real cloud, or a server that speaks its API at `endpoint`. */
export function tencentCloud(options: TencentOptions): Cloud {
  return tencentConnection(options).cloud;
}

/** The same, for callers that use another service with the same credentials and the same account. */
export function tencentConnection(options: TencentOptions): TencentConnection {
  const run = new AbortController();
  const { signal } = run;
  setMaxListeners(0, signal); // each open call listens: a sweep has dozens, and Node warns above ten
  if (options.signal?.aborted) run.abort();
  options.signal?.addEventListener("abort", () => run.abort(), { once: true });
  const send = transport({
    endpoint: options.endpoint === undefined ? undefined : new URL(options.endpoint),
    site: options.site,
    credentials: options.credentials,
    signal,
    now: options.now,
    ...(options.log ? { log: options.log } : {}),
  });
  const cloud = cloudOver(send, { ...options, signal });
  const calls = callsOver(send, { ...options, signal });
  const findUser = findUserOver(calls, (region, family) => cloud.familyImage(region, family));
  return { cloud, send, findUser, signal };
}

/** The options of the adapter that do not depend on how calls are sent. */
export interface OverOptions extends Pick<TencentOptions, "site" | "timeoutMs"> {
  readonly signal: AbortSignal;
  /** Items per page. Default: 100, the most that the API allows. */
  readonly page?: number;
  /** Retries calls that may be repeated. Default: with a growing backoff, see `repeating`. */
  readonly repeat?: typeof repeating;
}

function callsOver(send: Send, options: OverOptions): Calls {
  const { signal, page = PAGE, repeat = repeating, timeoutMs = 20_000 } = options;
  return { repeated: (call, read) => repeat(() => send(call, read), signal, isTransient), page, timeoutMs };
}

/** The cloud over any `send`: pages and retries calls here, and leaves the transport to `send`. */
export function cloudOver(send: Send, options: OverOptions): Cloud {
  const { signal, repeat = repeating } = options;
  const calls = callsOver(send, options);
  const { timeoutMs } = calls;
  const throttled: Send = (call, read) => repeat(() => send(call, read), signal, isThrottled);
  const reads = imageReads(calls);
  return {
    account: () => calls.repeated(callerIdentity(options.site, timeoutMs), accountIn),
    ...reads,
    ...regionReads(calls),
    ...imageCopying(send, throttled, options.timeoutMs ?? SYNC_TIMEOUT),
    ...imageWrites(calls),
    uses: usesOver(calls, reads.familyImage),
  };
}
