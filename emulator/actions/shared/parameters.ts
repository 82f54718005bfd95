// Rules for request parameters, typed by the vendor's request types.
import { errors } from "../../errors.ts";

/**
 * The rule for one parameter. Rules cover presence, types and unknown names; the action checks the
 * rest.
 */
export type Rule =
  | { readonly type: "string" | "integer" | "boolean"; readonly required?: boolean }
  | { readonly type: "array"; readonly required?: boolean; readonly items: Rule }
  | { readonly type: "object"; readonly required?: boolean; readonly fields: Readonly<Record<string, Rule>> };

type Requirement<P, K extends keyof P> = undefined extends P[K]
  ? { readonly required?: false }
  : { readonly required: true };

type RuleFor<T> = [T] extends [readonly (infer Item)[]]
  ? { readonly type: "array"; readonly items: RuleFor<Item> }
  : [T] extends [string]
    ? { readonly type: "string" }
    : [T] extends [number]
      ? { readonly type: "integer" }
      : [T] extends [boolean]
        ? { readonly type: "boolean" }
        : { readonly type: "object"; readonly fields: Rules<T> };

/**
 * The rules for a request type of the SDK. A parameter that is missing, extra, of another type, or
 * wrongly required or optional compared with the vendor's model does not compile.
 */
export type Rules<P> = { readonly [K in keyof P]-?: RuleFor<NonNullable<P[K]>> & Requirement<P, K> };

/** Rules for optional parameters of simple types. */
export const string = { type: "string" } as const;
export const integer = { type: "integer" } as const;
export const boolean = { type: "boolean" } as const;
export const strings = { type: "array", items: string } as const;

/** Makes a parameter required. */
export function required<R extends Rule>(rule: R): R & { readonly required: true } {
  return { ...rule, required: true };
}

/**
 * Validates the parameters of a call and returns them without nulls. If `text` is set, numbers and
 * booleans may be text, as in the query string of a GET request.
 * Throws `ApiError` UnknownParameter, MissingParameter or InvalidParameter.
 */
export function validate(
  rules: Readonly<Record<string, Rule>>,
  params: Readonly<Record<string, unknown>>,
  text = false,
): Record<string, unknown> {
  return checkFields(rules, params, "", text);
}

function checkFields(
  rules: Readonly<Record<string, Rule>>,
  values: Readonly<Record<string, unknown>>,
  path: string,
  text: boolean,
): Record<string, unknown> {
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(rules, name)) throw errors.unknownParameter(path + name);
  }
  const result: Record<string, unknown> = {};
  for (const [name, rule] of Object.entries(rules)) {
    const value = values[name];
    if (value !== undefined && value !== null) result[name] = check(rule, value, path + name, text);
    else if (rule.required) throw errors.missingParameter(path + name);
  }
  return result;
}

function check(rule: Rule, value: unknown, path: string, text: boolean): unknown {
  switch (rule.type) {
    case "string":
      if (typeof value !== "string") throw errors.wrongType(path, "a string");
      return value;
    case "integer": {
      const number = text && typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
      if (!Number.isSafeInteger(number)) throw errors.wrongType(path, "an integer");
      return number;
    }
    case "boolean": {
      const flag = text && typeof value === "string" ? BOOLEANS[value.toLowerCase()] : value;
      if (typeof flag !== "boolean") throw errors.wrongType(path, "a boolean");
      return flag;
    }
    case "array":
      if (!Array.isArray(value)) throw errors.wrongType(path, "an array");
      return value.map((item, index) => check(rule.items, item, `${path}.${index}`, text));
    case "object":
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw errors.wrongType(path, "an object");
      return checkFields(rule.fields, value as Record<string, unknown>, `${path}.`, text);
  }
}

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false, "1": true, "0": false };
