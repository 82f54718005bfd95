// Checks the parameters of a request against the vendor's model.
import { errors } from "../errors.ts";
import { type Members, modelOf, parseMember, type Service } from "./model.ts";
import { ownValue } from "./own-value.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What all members of one request share. */
interface Request {
  readonly objects: Readonly<Record<string, Members>>;
  /** Whether numbers and booleans may be text, as in the query string of a GET request. */
  readonly text: boolean;
}

/**
 * Returns the parameters of a call without nulls. Throws `ApiError` UnknownParameter,
 * MissingParameter or InvalidParameter, at any depth; its text has the path, such as `Tags.0.TagKey`.
 */
export function checkRequest(service: Service, action: string, params: Fields, text = false): Fields {
  const { actions, inputs } = modelOf(service);
  return checkMembers({ objects: inputs, text }, actions[action]?.input ?? {}, params, "");
}

function checkMembers(request: Request, members: Members, values: Fields, path: string): Fields {
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(members, name)) throw errors.unknownParameter(path + name);
  }
  const result: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(members)) {
    const value = values[name];
    const { kind, isList, isOptional } = parseMember(text);
    if (value !== undefined && value !== null) {
      result[name] = isList ? checkList(request, kind, value, path + name) : check(request, kind, value, path + name);
    } else if (!isOptional) {
      throw errors.missingParameter(path + name);
    }
  }
  return result;
}

function checkList(request: Request, kind: string, value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw errors.wrongType(path, "an array");
  return value.map((item, index) => check(request, kind, item, `${path}.${index}`));
}

function check({ objects, text }: Request, kind: string, value: unknown, path: string): unknown {
  switch (kind) {
    case "string":
      if (typeof value !== "string") throw errors.wrongType(path, "a string");
      return value;
    case "int": {
      const number = text && typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
      if (!Number.isSafeInteger(number)) throw errors.wrongType(path, "an integer");
      return number;
    }
    case "float": {
      const number = text && typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
      if (!Number.isFinite(number)) throw errors.wrongType(path, "a number");
      return number;
    }
    case "bool": {
      const flag = text && typeof value === "string" ? ownValue(BOOLEANS, value.toLowerCase()) : value;
      if (typeof flag !== "boolean") throw errors.wrongType(path, "a boolean");
      return flag;
    }
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw errors.wrongType(path, "an object");
  return checkMembers({ objects, text }, objects[kind] ?? {}, value as Fields, `${path}.`);
}

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false, "1": true, "0": false };
