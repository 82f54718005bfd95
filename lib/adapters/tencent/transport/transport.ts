// Sends one call to the API, within its time, and turns every failure into a CloudError.
import type { Agent } from "node:http";
import { CloudError, type Effect, InputError } from "../../../model/errors.ts";
import { cloudDetail } from "../../../model/messages/cloud-details.ts";
import { storedText } from "../../../model/messages/define.ts";
import type { Millis } from "../../../model/types.ts";
import { verdictOf } from "../errors/verdicts.ts";
import { accountIn, callerIdentity, oneAccount } from "./account-guard.ts";
import { AnswerError, type Json, record } from "./answer.ts";
import type { Call, CallLine, Send } from "./call.ts";
import type { Credentials } from "./credentials.ts";
import { clientOf, hostOf, type Site } from "./endpoints.ts";
import { type Failure, failureOf, TimeoutError, withoutSecrets } from "./failure.ts";
import { type Endpoint, fencedAgent, isSecure, sharedAgent } from "./fenced-agent.ts";
import { pacing, REAL_CLOCK, type Turn } from "./pace.ts";

export interface TransportOptions {
  readonly endpoint: Endpoint;
  readonly site: Site;
  readonly credentials: () => Promise<Credentials>;
  readonly signal: AbortSignal;
  readonly now: () => Millis;
  readonly log?: (line: CallLine) => void;
}

/** The pace of this process: a warm instance of a function keeps what it has learnt of the limits. */
const takeTurn = pacing(REAL_CLOCK);

/**
 * Makes the function that sends calls for one account. If the credentials of a call belong to
 * another account than those of the first call, the call throws `AccountChanged` and is not sent.
 * Connections are kept between calls.
 */
export function transport(options: TransportOptions): Send {
  const { endpoint, site, signal, now } = options;
  const shared = sharedAgent(endpoint);
  const identify = oneAccount((key, timeoutMs) => attempt(callerIdentity(site, timeoutMs), accountIn, key));
  return (call, read) => attempt(call, read);

  /** Signs with `key` without a check of its account, or else with the current credentials. */
  async function attempt<T>(call: Call, read: (answer: Json) => T, key?: Credentials): Promise<T> {
    let started = now();
    const note = (code: string, requestId?: string) =>
      options.log?.({ action: call.action, region: call.region ?? call.where, ms: now() - started, code, requestId });
    const fence = call.notAfter === undefined ? undefined : fencedAgent(endpoint, call.notAfter, now);
    let used: Credentials | undefined;
    let begun = false;
    let turn: Turn | undefined;
    let requestId: string | undefined;
    let remaining = call.timeoutMs;
    const within = async <R>(work: (stop: AbortSignal) => Promise<R>): Promise<R> => {
      const from = now();
      const result = await bounded(remaining, signal, work);
      remaining -= now() - from;
      return result;
    };
    try {
      const host = hostOf(call.service, call.region ?? call.where, site);
      const lane = { host: `${endpoint?.origin ?? ""} ${host}`, action: call.action, region: call.region };
      // Before the wait for the rate limit: calls that waited here after it would leave all at
      // once.
      const credentials = key ?? (await within(() => options.credentials().catch(noCredentials)));
      used = credentials;
      if (!key) {
        // Half of the time: a longer inquiry would outlive its callers and fail the next one too.
        const account = await within(() => identify(credentials, call.timeoutMs / 2));
        // The inquiry has answered this call already.
        if (call.action === "GetCallerIdentity" && !call.whole) return read({ AccountId: account });
      }
      if (!fence) turn = await takeTurn(lane, signal);
      started = now();
      const answer = await within(async (stop) => {
        // The caller holds a claim, so the wait for the rate limit counts against its time limit.
        if (fence) turn = await takeTurn(lane, stop);
        begun = true;
        return await request(call, credentials, { host, agent: fence?.agent ?? shared }, stop);
      });
      turn?.answered("ok");
      requestId = requestIdOf(answer);
      const result = read(record(answer, "Response"));
      note("ok", requestId);
      return result;
    } catch (error) {
      fence?.close();
      // The inquiry for the account has failed; it changed nothing, and its error is complete.
      if (error instanceof CloudError) throw error;
      const refusal = fence?.left() ? undefined : fence?.refusal();
      let failed = failureOf(error, call.timeoutMs);
      if (failed.requestId) turn?.answered(failed.code);
      // A verdict of the cloud, if one arrived, says more than `Aborted`.
      if (!failed.requestId && signal.aborted) failed = { code: "Aborted", text: cloudDetail("run-ended").text };
      else if (refusal !== undefined) failed = { code: "NotSent", text: refusal };
      const failure = withoutSecrets({ ...failed, requestId: failed.requestId ?? requestId }, used);
      note(failure.code, failure.requestId);
      const harmless = !call.changes || !begun || (fence && !fence.left());
      throw cloudError(call, failure, harmless ? "none" : verdictOf(failure.code).effect);
    } finally {
      fence?.close();
    }
  }

  async function request(call: Call, credential: Credentials, { host, agent }: Way, stop: AbortSignal) {
    const client = clientOf(call.service, {
      credential,
      ...(call.region ? { region: call.region } : {}),
      profile: {
        signMethod: "TC3-HMAC-SHA256",
        language: "en-US",
        httpProfile: { endpoint: host, protocol: isSecure(endpoint) ? "https://" : "http://", reqTimeout: 0, agent },
      },
    });
    const options = { signal: stop, ...(call.headers && { headers: call.headers }) };
    return (await client.request(call.action, call.body ?? call.params, options)) as unknown;
  }
}

/** The way of one request to the cloud. */
interface Way {
  readonly host: string;
  readonly agent: Agent;
}

// The message of any other error is a library's, and may quote what it read.
function noCredentials(error: unknown): never {
  const text = error instanceof InputError ? storedText(error.message) : cloudDetail("no-words").text;
  throw new AnswerError({ text }, "NoCredentials");
}

/** The error for a failed call: its detail, and the verdict on its code. */
export function cloudError(call: Call, failure: Failure, effect: Effect): CloudError {
  const { outcome, about, text, remedy } = verdictOf(failure.code);
  return new CloudError({
    action: call.action,
    region: call.where ?? call.region,
    code: failure.code,
    text: storedText(`${text} (${failure.text})`),
    outcome,
    about,
    effect,
    requestId: failure.requestId,
    remedy,
  });
}

/**
 * Runs `work` until it ends, `ms` have passed or `outer` aborts, whichever comes first. Covers what
 * the SDK's own timeout does not: fetching credentials, connecting and reading the answer.
 */
async function bounded<T>(ms: Millis, outer: AbortSignal, work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  outer.throwIfAborted();
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    const end = (reason: unknown) => {
      stop.abort(reason);
      reject(reason instanceof Error ? reason : new Error("ended"));
    };
    timer = setTimeout(() => end(new TimeoutError()), ms);
    onAbort = () => end(outer.reason);
    outer.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work(stop.signal), ended]);
  } finally {
    clearTimeout(timer);
    if (onAbort) outer.removeEventListener("abort", onAbort);
  }
}

function requestIdOf(answer: unknown): string | undefined {
  const id = (answer as { RequestId?: unknown } | null)?.RequestId;
  return typeof id === "string" ? id : undefined;
}
