// Unpacks untrusted JSON within limits.
import { gunzipSync } from "node:zlib";
import { type Ignored, ignoredBecause } from "../model/messages/event.ts";
import { HIDDEN } from "../model/printable.ts";
import type { Millis } from "../model/types.ts";

/**
 * The largest text that is read, packed or not: SCF accepts no larger event (product documentation
 * 583/11637).
 */
export const MAX_TEXT = 6 * 1024 * 1024;

/** The first byte of a JSON object. Gzipped data begins with another one. */
const OPENING_BRACE = 0x7b;

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as a JSON object, or undefined if it is of another kind. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** The JSON value of a text, or undefined if the text is not JSON or too large. */
export function jsonIn(text: string): unknown {
  if (text.length > MAX_TEXT) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * The value, or its JSON value if it is a text: the audit writes objects and lists in both ways.
 */
export function unpacked(value: unknown): unknown {
  return typeof value === "string" ? jsonIn(value) : value;
}

/**
 * A value as a short part of a message: one line, without characters that could control a terminal
 * or a log.
 */
export function shortened(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") {
    const short = value.length > 60 ? `${value.slice(0, 57)}…` : value;
    // A surrogate pair that was cut in half counts as hidden, too.
    return `"${short.replace(HIDDEN, "\uFFFD")}"`;
  }
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "object" && value !== null ? "an object" : "nothing";
}

/**
 * Unpacks the data of a CLS trigger: base64 of gzipped JSON (SCF product documentation, CLS
 * trigger, 583/49587; the example on that page is base64 of plain JSON, which is accepted, too). Unpacking stops at `most` bytes, so that a small text cannot fill the memory. `length`
 * is the number of unpacked bytes.
 */
export function unpackCls(
  data: string,
  most = MAX_TEXT,
): { readonly value: unknown; readonly length: number } | { readonly problem: Ignored } {
  if (data.length > MAX_TEXT) return { problem: ignoredBecause("cls-too-large") };
  try {
    const packed = Buffer.from(data, "base64");
    const isPlain = packed[0] === OPENING_BRACE;
    if (isPlain && packed.length > most) return { problem: ignoredBecause("cls-unpacks-too-large") };
    const bytes = isPlain ? packed : gunzipSync(packed, { maxOutputLength: Math.max(1, most) });
    const value = jsonIn(bytes.toString("utf8"));
    return value === undefined ? { problem: ignoredBecause("cls-not-json") } : { value, length: bytes.length };
  } catch (error) {
    const isTooLarge = (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE";
    return { problem: ignoredBecause(isTooLarge ? "cls-unpacks-too-large" : "cls-not-gzip") };
  }
}

/**
 * Reads a time in any form that audit records and envelopes use: seconds, milliseconds or
 * microseconds as a number or a text, ISO 8601, and "2019-03-20 12:36:27", which is Beijing time.
 * Answers undefined for anything else.
 */
export function timeOf(value: unknown): Millis | undefined {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value)) {
    return whole(Date.parse(`${value.replace(" ", "T")}+08:00`));
  }
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return whole(Date.parse(value));
  const number = typeof value === "string" && /^\d{9,16}$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !(number >= 1e8)) return undefined;
  if (number < 1e11) return whole(number * 1000);
  if (number < 1e14) return whole(number);
  return number < 1e17 ? whole(number / 1000) : undefined;
}

function whole(millis: number): Millis | undefined {
  return Number.isFinite(millis) ? Math.round(millis) : undefined;
}
