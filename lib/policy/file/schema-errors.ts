// Turns zod issues into problems: line, field, value, what is allowed, and how to correct it.
import * as z from "zod/mini";
import { type Problem, toProblem } from "../../model/errors.ts";
import type { Message } from "../../model/messages/define.ts";
import { policyProblem } from "../../model/messages/policy-rules.ts";
import { allowed, corrections, quote } from "../../model/messages/policy-values.ts";
import { didYouMean } from "../values/did-you-mean.ts";
import { policyFile } from "./schema.ts";
import { type CheckName, problemOf } from "./value-checks.ts";
import type { Path, YamlFile } from "./yaml.ts";

type Issue = z.core.$ZodIssue;

/** Lists of these are lists of accounts, whose ids must be quoted. */
const ACCOUNTS = "account ids";

/** The problems in the shape of a policy file: wrong values, missing and unknown keys. */
export function shapeProblems(yaml: YamlFile): Problem[] {
  return schemaProblems(policyFile, yaml);
}

/** The problems of a file against any schema that is built like the one of the policy file. */
export function schemaProblems(schema: z.ZodMiniType, yaml: YamlFile): Problem[] {
  const result = z.safeParse(schema, yaml.value);
  const problems = (result.error?.issues ?? []).flatMap(innermost).flatMap((issue) => problemsOf(issue, yaml, schema));
  // What the YAML does not say clearly is reported already.
  return problems.filter(({ where }) => !yaml.problems.some((unclear) => unclear.where === where));
}

/** A problem at a path of the file; with `key`, at that key of the map there. */
export function problemAt(yaml: YamlFile, path: Path, message: Message, key?: string): Problem {
  return toProblem(yaml.at(path, key), message, fieldName(key === undefined ? path : [...path, key]));
}

/** Sorts problems by line and column and removes repetitions. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const position = (problem: Problem) => problem.where.split(":").slice(-2).map(Number);
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...unique.values()].sort((a, b) => {
    const [[lineA = 0, columnA = 0], [lineB = 0, columnB = 0]] = [position(a), position(b)];
    return lineA - lineB || columnA - columnB;
  });
}

/** The value at a path; undefined if there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (parent, step) => (isObject(parent) && Object.hasOwn(parent, step) ? parent[step] : undefined),
    value,
  );
}

// Finds the innermost issue of a union. If "text or a list of texts" is a list with a number in it,
// the number is wrong; if "true or a map" is a map with an unknown key, the key is wrong.
function innermost(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const isDeeper = (inner: Issue) => inner.path.length > 0 || inner.code === "unrecognized_keys";
  const deeper = issue.errors.find((branch) => branch.length > 0 && branch.every(isDeeper));
  if (!deeper) return [issue];
  return deeper.flatMap((inner) => innermost({ ...inner, path: [...issue.path, ...inner.path] }));
}

function problemsOf(issue: Issue, yaml: YamlFile, schema: z.ZodMiniType): Problem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => problemAt(yaml, issue.path, unknownKey(key, issue.path, schema), key));
  }
  if (issue.code === "invalid_key") {
    const key = String(issue.path.at(-1));
    return issue.issues.flatMap(({ message }) => {
      const problem = problemOf(message as CheckName, key);
      return problem ? [problemAt(yaml, issue.path.slice(0, -1), problem, key)] : [];
    });
  }
  const value = valueAt(yaml.value, issue.path);
  if (issue.code === "custom") {
    const problem = problemOf(issue.message as CheckName, String(value));
    return problem ? [problemAt(yaml, issue.path, problem)] : [];
  }
  const phrase = allowedBy(issue);
  if (value === undefined) return [problemAt(yaml, issue.path, policyProblem("missing-value", { allowed: phrase }))];
  // A whole file that is one text is no policy, perhaps a file of secrets: it is not quoted.
  const found = issue.path.length === 0 && typeof value === "string" ? "text" : show(value);
  const wrong = { allowed: phrase, found, correction: correctionOf(issue, value) };
  return [problemAt(yaml, issue.path, policyProblem("invalid-value", wrong))];
}

function allowedBy(issue: Issue): string {
  // The default message of zod: the schema has no phrase for a map whose keys it lists.
  const isPlainMap = issue.code === "invalid_type" && (issue.expected === "object" || issue.expected === "record");
  return isPlainMap && issue.message === "Invalid input" ? allowed.map : issue.message;
}

function correctionOf(issue: Issue, value: unknown): string | undefined {
  if (issue.code === "invalid_value" && typeof value === "string") {
    const near = didYouMean(value, issue.values.map(String));
    if (near !== undefined) return near === value ? corrections.unquote : corrections.didYouMean(near);
  }
  if (typeof value === "number" && issue.message === allowed.account) return corrections.quoteAccount;
  if (issue.code === "invalid_union" && typeof value === "number") return corrections.quote;
  if (issue.code !== "invalid_type") return undefined;
  if (issue.expected === "string" && issue.message.startsWith(allowed.duration)) return corrections.addUnit;
  if (issue.expected === "string" && ["number", "boolean"].includes(typeof value)) return corrections.quote;
  if (issue.expected === "array" && ["string", "number"].includes(typeof value))
    return corrections.writeList(show(issue.message.includes(ACCOUNTS) ? String(value) : value));
  if (typeof value !== "string") return undefined;
  if (issue.expected === "number" && /^\d+$/.test(value)) return corrections.unquote;
  if (issue.expected !== "boolean") return undefined;
  if (/^(y|yes|on|true)$/i.test(value)) return corrections.writeTrue;
  return /^(n|no|off|false)$/i.test(value) ? corrections.writeFalse : undefined;
}

function unknownKey(key: string, path: Path, schema: z.ZodMiniType): Message {
  if (key === "name" && path.length === 1 && path[0] === "defaults") return policyProblem("name-in-defaults");
  const keys = keysAt(schema, path);
  return policyProblem("unknown-key", { near: didYouMean(key, keys), keys });
}

// The keys that the schema allows in the map at a path.
function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "optional") return keysAt(def.innerType, path);
  if (def.type === "union") return def.options.flatMap((option) => keysAt(option, path));
  const [step, ...rest] = path;
  if (def.type === "object") {
    if (step === undefined) return Object.keys(def.shape);
    const inner = def.shape[String(step)];
    return inner ? keysAt(inner, rest) : [];
  }
  if (def.type === "array") return keysAt(def.element, rest);
  if (def.type === "record") return keysAt(def.valueType, rest);
  return [];
}

function fieldName(path: Path): string {
  return path.reduce<string>((name, step) => {
    if (typeof step === "number") return `${name}[${step}]`;
    const key = String(step);
    if (!/^[\w-]+$/.test(key)) return `${name}[${quote(key)}]`;
    return name ? `${name}.${key}` : key;
  }, "");
}

/** A value as a message shows it. */
function show(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (isObject(value)) return "a map";
  // YAML has .inf and .nan, for which JSON has no words.
  return typeof value === "number" ? value.toString() : (JSON.stringify(value ?? undefined) ?? "empty");
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}
