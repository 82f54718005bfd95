// Untrusted JSON, unpacked within limits.
import { gunzipSync } from "node:zlib";
import { HIDDEN } from "../model/printable.ts";
import type { Millis } from "../model/types.ts";

/** Largest text that is read, packed or not: SCF takes no larger event (product documentation 583/11637). */
export const MAX_TEXT = 6 * 1024 * 1024;

/** A map as JSON has it. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as a map, or undefined if it is none. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** What a text holds as JSON, or undefined. */
export function jsonIn(text: string): unknown {
  if (text.length > MAX_TEXT) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The value, or what it holds as JSON if it is text: the audit writes maps and lists either way. */
export function unpacked(value: unknown): unknown {
  return typeof value === "string" ? jsonIn(value) : value;
}

/** A value as a short piece of a message: one line, nothing that could steer a terminal or a log. */
export function shortened(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") {
    const short = value.length > 60 ? `${value.slice(0, 57)}…` : value;
    // What is cut in half counts as a control character too.
    return `"${short.replace(HIDDEN, "\uFFFD")}"`;
  }
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "object" && value !== null ? "a map" : "nothing";
}

/**
 * Unpacks the data of a CLS trigger: base64 of gzipped JSON (SCF product documentation, CLS trigger). A text that would unpack
 * to more than `most` bytes is refused before it does.
 */
export function unpackCls(
  data: string,
  most = MAX_TEXT,
): { readonly value: unknown; readonly length: number } | { readonly problem: string } {
  if (data.length > MAX_TEXT) return { problem: "clslogs.data is too large" };
  try {
    const bytes = gunzipSync(Buffer.from(data, "base64"), { maxOutputLength: Math.max(1, most) });
    const value = jsonIn(bytes.toString("utf8"));
    return value === undefined ? { problem: "clslogs.data holds no JSON" } : { value, length: bytes.length };
  } catch (error) {
    const tooLarge = (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE";
    return { problem: tooLarge ? "clslogs.data unpacks to more than 6 MB" : "clslogs.data is no gzip in base64" };
  }
}

/**
 * A time in any of the forms that have been seen in audit records and envelopes: seconds, milliseconds or microseconds
 * as number or text, ISO 8601, and "2019-03-20 12:36:27", which is Beijing time.
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
