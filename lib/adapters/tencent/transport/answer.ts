/** An answer is not what the API's model says, or (with `code`) says of a part of the request that it failed. */
export class AnswerError extends Error {
  readonly code: string;

  constructor(text: string, code = "BadAnswer") {
    super(text);
    this.code = code;
  }
}

/** The fields of an answer, or of a part of one. */
export type Json = Readonly<Record<string, unknown>>;

export function record(value: unknown, what: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new AnswerError(`${what}: no object`);
  return value as Json;
}

// Every field of the API's structs may be absent or null; of a wrong type none may be.
export function field<T>(value: unknown, is: (value: unknown) => value is T, what: string): T | undefined {
  if (value === undefined || value === null) return undefined;
  if (!is(value)) throw new AnswerError(`${what}: ${JSON.stringify(value)?.slice(0, 100)} is of a wrong type`);
  return value;
}
const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => Number.isFinite(value);
export const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
const isList = (value: unknown): value is unknown[] => Array.isArray(value);

export const textOf = (value: unknown, what: string): string | undefined => field(value, isText, what);
export const numberOf = (value: unknown, what: string): number | undefined => field(value, isNumber, what);
export const listOf = (value: unknown, what: string): unknown[] => field(value, isList, what) ?? [];
