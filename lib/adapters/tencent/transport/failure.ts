// What a failed request comes down to: a code and a text, without secrets and without parsers' words.
import { constants } from "node:os";
import { cloudDetail } from "../../../model/messages/cloud-details.ts";
import type { Message } from "../../../model/messages/define.ts";
import { HIDDEN } from "../../../model/printable.ts";
import type { Millis } from "../../../model/types.ts";
import { AnswerError } from "./answer.ts";
import type { Credentials } from "./credentials.ts";

/** A failed request: its code, and a detail in the words of the cloud or of `cloudDetail`. */
export interface Failure {
  readonly code: string;
  readonly text: string;
  readonly requestId?: string | undefined;
}

/** No answer arrived in time. */
export class TimeoutError extends Error {}

/**
 * The form of the API's error codes. Any other text is no code, and would be recorded and shown.
 */
const CODE = /^[A-Za-z][A-Za-z0-9_.]{0,127}$/;
/** Longest part of the cloud's own message that is kept: it goes into records and the journal. */
const LONGEST_TEXT = 1000;

/**
 * Classifies what the SDK throws (common 4.1, abstract_client.js). An API error has a code and a
 * request id; an HTTP status other than 200 has `httpCode`; a lost connection has a message only; a
 * malformed body is node-fetch's own error, or a TypeError. Only the message of an API error is
 * kept: those of parsers and of the HTTP client quote parts of what they read or were given.
 */
export function failureOf(error: unknown, limit: Millis): Failure {
  if (error instanceof TimeoutError) {
    return { code: "Timeout", text: cloudDetail("no-answer-within", { ms: limit }).text };
  }
  if (error instanceof AnswerError) {
    return { code: CODE.test(error.code) ? error.code : "BadAnswer", text: error.message };
  }
  const { message, code, httpCode, requestId, type } = error as Readonly<Record<string, unknown>>;
  const words = typeof message === "string" ? message : "";
  if (typeof requestId !== "string") {
    if (type === "system") return { code: "Network", text: connectionFault(words).text };
    return { code: "BadAnswer", text: cloudDetail(type === "invalid-json" ? "not-json" : "no-response").text };
  }
  if (typeof httpCode === "number") {
    return { code: "HttpStatus", text: cloudDetail("http-status", { status: httpCode }).text };
  }
  if (code === undefined) return { code: "Network", text: connectionFault(words).text };
  const text = words || cloudDetail("no-words").text;
  if (typeof code !== "string" || !CODE.test(code)) return { code: "BadAnswer", text };
  return { code, text, ...(requestId ? { requestId } : {}) };
}

/** Names of system errors; the last two are those of the name service. */
const SYSTEM_ERRORS = new Set([...Object.keys(constants.errno), "ENOTFOUND", "EAI_AGAIN"]);

/** Finds the cause of a failed connection in the words of Node or node-fetch, which are not kept. */
function connectionFault(words: string): Message {
  const systemError = words.split(/\W+/).find((word) => SYSTEM_ERRORS.has(word));
  if (systemError !== undefined) return cloudDetail("system-error", { name: systemError });
  const secondSend = cloudDetail("no-second-send");
  if (words.includes(secondSend.text)) return secondSend;
  if (/certificate/i.test(words)) return cloudDetail("certificate-refused");
  if (/\bheader (value|content)\b/i.test(words)) return cloudDetail("key-not-sendable");
  return cloudDetail("connection-lost");
}

/** The failure without the secrets, which the cloud may quote in any field, and in short lines. */
export function withoutSecrets({ code, text, requestId }: Failure, credentials: Credentials | undefined): Failure {
  const { secretId, secretKey, token } = credentials ?? {};
  const secrets = [secretKey, token, secretId].flatMap((secret) => (secret ? spellingsOf(secret) : []));
  const clean = (value: string) => inOneLine(secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), value));
  return { code: clean(code), text: clean(text), requestId: requestId && clean(requestId) };
}

/** A secret as it is, and as it stands in an address, a form or JSON. */
function spellingsOf(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret);
  const inForm = encoded.replaceAll("%20", "+");
  const small = encoded.replaceAll(/%[0-9A-F]{2}/g, (one) => one.toLowerCase());
  return [...new Set([secret, encoded, inForm, small, JSON.stringify(secret).slice(1, -1)])];
}

/** The text as one short line without control characters: errors also go into logs, uncleaned. */
function inOneLine(text: string): string {
  const short = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  return short.replace(/\s+/g, " ").replace(HIDDEN, "\uFFFD");
}
