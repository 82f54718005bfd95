// Sends one call to the API, within its time, and turns every failure into a CloudError.
import type { Agent } from "node:http";
import { CloudError, type Effect } from "../../../model/errors.ts";
import { cloudDetail } from "../../../model/messages/cloud.ts";
import { storedText } from "../../../model/messages/define.ts";
import { HIDDEN } from "../../../model/printable.ts";
import type { Millis } from "../../../model/types.ts";
import { verdictOf } from "../errors/verdicts.ts";
import { accountIn, callerIdentity, oneAccount } from "./account-guard.ts";
import { AnswerError, type Json, record } from "./answer.ts";
import type { Call, CallLine, Send } from "./call.ts";
import type { Credentials } from "./credentials.ts";
import { clientOf, hostOf, type Site } from "./endpoints.ts";
import { type Endpoint, fencedAgent, isSecure, sharedAgent } from "./fenced-agent.ts";
import { waitForRateLimit } from "./retry.ts";

export interface TransportOptions {
  readonly endpoint: Endpoint;
  readonly site: Site;
  readonly credentials: () => Promise<Credentials>;
  readonly signal: AbortSignal;
  readonly now: () => Millis;
  readonly log?: (line: CallLine) => void;
}

/**
 * The form of the API's error codes. Any other text is no code, and would be recorded and shown.
 */
const CODE = /^[A-Za-z][A-Za-z0-9_.]{0,127}$/;
/** Longest part of the cloud's own message that is kept: it goes into records and the journal. */
const LONGEST_TEXT = 1000;

/** A failed request: its code, and a detail in the words of the cloud or of `cloudDetail`. */
interface Failure {
  readonly code: string;
  readonly text: string;
  readonly requestId?: string | undefined;
}

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
    const secrets: string[] = [];
    let begun = false;
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
      const turn = `${endpoint?.origin ?? ""} ${host} ${call.action} ${call.region}`;
      // Before the wait for the rate limit: calls that waited here after it would leave all at
      // once.
      const credentials = key ?? (await within(() => options.credentials().catch(noCredentials)));
      secrets.push(credentials.secretKey, credentials.token ?? "", credentials.secretId);
      if (!key) {
        // Half of the time: a longer inquiry would outlive its callers and fail the next one too.
        const account = await within(() => identify(credentials, call.timeoutMs / 2));
        // The inquiry has answered this call already.
        if (call.action === "GetCallerIdentity") return read({ AccountId: account });
      }
      if (!fence) await waitForRateLimit(turn, signal);
      started = now();
      const answer = await within(async (stop) => {
        // The caller holds a claim, so the wait for the rate limit counts against its time limit.
        if (fence) await waitForRateLimit(turn, stop);
        begun = true;
        return await request(call, credentials, host, fence?.agent ?? shared, stop);
      });
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
      // A verdict of the cloud, if one arrived, says more than `Aborted`.
      if (!failed.requestId && signal.aborted) failed = { code: "Aborted", text: cloudDetail("run-ended").text };
      else if (refusal !== undefined) failed = { code: "NotSent", text: refusal };
      // The cloud may quote the secrets that it received in any field.
      const failure: Failure = {
        code: without(secrets, failed.code),
        text: inOneLine(without(secrets, failed.text)),
        requestId: failed.requestId ?? requestId,
      };
      note(failure.code, failure.requestId);
      const harmless = !call.changes || !begun || (fence && !fence.left());
      throw cloudError(call, failure, harmless ? "none" : verdictOf(failure.code).effect);
    } finally {
      fence?.close();
    }
  }

  async function request(call: Call, credential: Credentials, host: string, agent: Agent, stop: AbortSignal) {
    const client = clientOf(call.service, {
      credential,
      ...(call.region ? { region: call.region } : {}),
      profile: {
        signMethod: "TC3-HMAC-SHA256",
        language: "en-US",
        httpProfile: { endpoint: host, protocol: isSecure(endpoint) ? "https://" : "http://", reqTimeout: 0, agent },
      },
    });
    return (await client.request(call.action, call.params, { signal: stop })) as unknown;
  }
}

function noCredentials(error: unknown): never {
  throw new AnswerError({ text: storedText((error as Error).message) }, "NoCredentials");
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

class TimeoutError extends Error {}

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

/**
 * Classifies what the SDK throws (common 4.1, abstract_client.js). An API error has a code and a
 * request id; an HTTP status other than 200 has `httpCode`; a lost connection has a message only; a
 * malformed body is node-fetch's own error, or a TypeError.
 */
function failureOf(error: unknown, limit: Millis): Failure {
  if (error instanceof TimeoutError) {
    return { code: "Timeout", text: cloudDetail("no-answer-within", { ms: limit }).text };
  }
  if (error instanceof AnswerError) {
    return { code: CODE.test(error.code) ? error.code : "BadAnswer", text: error.message };
  }
  const { message, code, httpCode, requestId, type } = error as {
    message?: string;
    code?: unknown;
    httpCode?: unknown;
    requestId?: unknown;
    type?: unknown;
  };
  const text = message || cloudDetail("no-words").text;
  if (typeof requestId !== "string") return { code: type === "system" ? "Network" : "BadAnswer", text };
  if (typeof httpCode === "number") {
    return { code: "HttpStatus", text: cloudDetail("http-status", { status: httpCode, words: message ?? "" }).text };
  }
  if (code === undefined) return { code: "Network", text };
  if (typeof code !== "string" || !CODE.test(code)) return { code: "BadAnswer", text };
  return { code, text, ...(requestId ? { requestId } : {}) };
}

function requestIdOf(answer: unknown): string | undefined {
  const id = (answer as { RequestId?: unknown } | null)?.RequestId;
  return typeof id === "string" ? id : undefined;
}

/** The text as one short line without control characters: errors also go into logs, uncleaned. */
function inOneLine(text: string): string {
  const short = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  return short.replace(/\s+/g, " ").replace(HIDDEN, "\uFFFD");
}

function without(secrets: readonly string[], text: string): string {
  return secrets.filter(Boolean).reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
}
