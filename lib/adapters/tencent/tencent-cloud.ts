import { setMaxListeners } from "node:events";
import type { Cloud } from "../../model/ports.ts";
import { SYNC_TIMEOUT } from "../../model/time.ts";
import type { Millis } from "../../model/types.ts";
import { usesOver } from "./calls/image-usage.ts";
import type { Calls } from "./calls/list-calls.ts";
import { imageReads } from "./calls/read-images.ts";
import { copying } from "./calls/sync-images.ts";
import { imageWrites } from "./calls/write-images.ts";
import { isTransient } from "./errors/verdicts.ts";
import { accountIn, callerIdentity } from "./transport/account-guard.ts";
import type { CallLine, Send } from "./transport/call.ts";
import type { Credentials } from "./transport/credentials.ts";
import type { Site } from "./transport/endpoints.ts";
import { repeating } from "./transport/retry.ts";
import { transport } from "./transport/transport.ts";

export interface TencentOptions {
  /** Where every call goes instead of the site's hosts, e.g. `http://127.0.0.1:9900`. */
  readonly endpoint?: string;
  readonly site: Site;
  /** Asked before each request, so that keys may change while we run. What it throws becomes `NoCredentials`. */
  readonly credentials: () => Promise<Credentials>;
  /** Ends whatever is under way; the calls then throw `Aborted`. */
  readonly signal?: AbortSignal;
  /** The clock against which `notAfter` is checked; must be the real one, since the SDK signs with that. */
  readonly now: () => Millis;
  /** For each request alone. Default: 20 s, for SyncImages `SYNC_TIMEOUT`. */
  readonly timeoutMs?: Millis;
  readonly log?: (line: CallLine) => void;
}

const PAGE = 100; // the most that any list of cvm 2017-03-12 and as 2018-04-19 gives at once

/** The cloud itself, or whatever speaks its API at `endpoint`. */
export function tencentCloud(options: TencentOptions): Cloud {
  const run = new AbortController();
  const { signal } = run;
  setMaxListeners(0, signal); // each call under way listens; a sweep has dozens, and Node warns above ten
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
  return cloudOver(send, { ...options, signal });
}

/** What the adapter itself needs to know, whatever carries its calls. */
export interface OverOptions extends Pick<TencentOptions, "site" | "timeoutMs"> {
  readonly signal: AbortSignal;
  /** Items a page. Default 100, the most that the API allows. */
  readonly page?: number;
  /** Repeats calls that may be repeated. Default: with pauses that grow, see `repeating`. */
  readonly repeat?: typeof repeating;
}

/** The same over any way to send a call: what reading and repeating need is decided here, how bytes travel there. */
export function cloudOver(send: Send, options: OverOptions): Cloud {
  const { signal, page = PAGE, repeat = repeating } = options;
  const timeoutMs = options.timeoutMs ?? 20_000;
  const repeatedIf =
    (worthIt: (code: string) => boolean): Send =>
    (call, read) =>
      repeat(() => send(call, read), signal, worthIt);
  const calls: Calls = { repeated: repeatedIf(isTransient), page, timeoutMs };
  const throttled = repeatedIf((code) => code.startsWith("RequestLimitExceeded"));
  const reads = imageReads(calls);
  return {
    account: () => calls.repeated(callerIdentity(options.site, timeoutMs), accountIn),
    ...reads,
    ...copying(send, throttled, options.timeoutMs ?? SYNC_TIMEOUT),
    ...imageWrites(calls),
    uses: usesOver(calls, reads.familyImage),
  };
}
