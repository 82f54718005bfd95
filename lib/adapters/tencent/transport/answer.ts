// Reads the fields of an answer of the API, and refuses those that are not as documented.
import { cloudDetail } from "../../../model/messages/cloud-details.ts";
import type { Message } from "../../../model/messages/define.ts";

/**
 * An answer does not match the API's model. With another `code` than `BadAnswer` the answer reports
 * that a part of the request failed.
 */
export class AnswerError extends Error {
  readonly code: string;

  constructor({ text }: Pick<Message, "text">, code = "BadAnswer") {
    super(text);
    this.code = code;
  }
}

/** The fields of an answer, or of a part of one. */
export type Json = Readonly<Record<string, unknown>>;

/** The value as an object. Throws `AnswerError` that names it by `field`. */
export function record(value: unknown, field: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AnswerError(cloudDetail("field-no-object", { field }));
  }
  return value as Json;
}

/**
 * The value, or undefined if it is absent or null, as every field of the API's structs may be.
 * Throws `AnswerError` if it has another type.
 */
export function field<T>(value: unknown, is: (value: unknown) => value is T, name: string): T | undefined {
  if (value === undefined || value === null) return undefined;
  if (is(value)) return value;
  // Not the value: a part of it could be the beginning of a secret, which would not be recognised.
  throw new AnswerError(cloudDetail("field-wrong-type", { field: name, kind: isList(value) ? "list" : typeof value }));
}

/** The error for a field that the program needs and the answer does not have. */
export const absent = (name: string): AnswerError => new AnswerError(cloudDetail("field-absent", { field: name }));

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => Number.isFinite(value);
export const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
const isList = (value: unknown): value is unknown[] => Array.isArray(value);

export const textOf = (value: unknown, name: string): string | undefined => field(value, isText, name);
export const numberOf = (value: unknown, name: string): number | undefined => field(value, isNumber, name);
export const listOf = (value: unknown, name: string): unknown[] => field(value, isList, name) ?? [];
