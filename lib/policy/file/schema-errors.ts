// Zod issues to sentences with line, field and what is allowed.
import * as z from "zod/mini";
import type { Problem } from "../../model/errors.ts";
import { didYouMean } from "../values/did-you-mean.ts";
import { ACCOUNT, LENGTH_OF_TIME, policyFile } from "./schema.ts";
import type { Path, YamlFile } from "./yaml.ts";

type Issue = z.core.$ZodIssue;

/** In the words for every list of accounts, which are to be quoted. */
const ACCOUNTS = "account ids";

/** Checks the shape of a policy file: a sentence with place and field for everything that is wrong. */
export function shapeProblems(yaml: YamlFile): Problem[] {
  return sentencesAbout(policyFile, yaml);
}

/** The same for any file and its schema. */
export function sentencesAbout(schema: z.ZodMiniType, yaml: YamlFile): Problem[] {
  const result = z.safeParse(schema, yaml.value);
  return (result.error?.issues ?? []).flatMap(innermost).flatMap((issue) => sentences(issue, yaml, schema));
}

/** A problem at a path of the file. */
export function problemAt(yaml: YamlFile, path: Path, text: string, key?: string): Problem {
  const field = fieldName(key === undefined ? path : [...path, key]);
  return { where: yaml.at(path, key), ...(field && { field }), text };
}

/** In the order of the file, each once. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const line = (problem: Problem) => problem.where.split(":").slice(-2).map(Number);
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...unique.values()].sort((a, b) => {
    const [[lineA = 0, columnA = 0], [lineB = 0, columnB = 0]] = [line(a), line(b)];
    return lineA - lineB || columnA - columnB;
  });
}

/** The value at a path, undefined if there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (found, step) => (isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined),
    value,
  );
}

// Of "text or a list of texts" that is a list with a number in it, the number is what is wrong; of "true or a map" that is a
// map with an unknown key, the key.
function innermost(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const isDeeper = (inner: Issue) => inner.path.length > 0 || inner.code === "unrecognized_keys";
  const deeper = issue.errors.find((branch) => branch.length > 0 && branch.every(isDeeper));
  if (!deeper) return [issue];
  return deeper.flatMap((inner) => innermost({ ...inner, path: [...issue.path, ...inner.path] }));
}

function sentences(issue: Issue, yaml: YamlFile, schema: z.ZodMiniType): Problem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => problemAt(yaml, issue.path, unknownKey(key, issue.path, schema), key));
  }
  if (issue.code === "invalid_key") {
    const key = String(issue.path.at(-1));
    return issue.issues.map((inner) => problemAt(yaml, issue.path.slice(0, -1), `${show(key)} ${inner.message}`, key));
  }
  const value = valueAt(yaml.value, issue.path);
  if (issue.code === "custom") return [problemAt(yaml, issue.path, `${show(value)} ${issue.message}`)];
  const allowed = phrase(issue);
  if (value === undefined) return [problemAt(yaml, issue.path, `is missing; it must be ${allowed}`)];
  return [problemAt(yaml, issue.path, `must be ${allowed}, not ${show(value)}${hint(issue, value)}`)];
}

function phrase(issue: Issue): string {
  // Where the schema says no more of a map than that it is one.
  const isPlain = issue.code === "invalid_type" && (issue.expected === "object" || issue.expected === "record");
  return isPlain && issue.message === "Invalid input" ? "a map" : issue.message;
}

function hint(issue: Issue, value: unknown): string {
  if (issue.code === "invalid_value" && typeof value === "string") {
    const near = didYouMean(value, issue.values.map(String));
    if (near !== undefined) return near === value ? "; write it without quotes" : `; did you mean "${near}"?`;
  }
  if (typeof value === "number" && issue.message === ACCOUNT)
    return "; put it in quotes: a number loses leading zeros, and digits where it has many";
  if (issue.code === "invalid_union" && typeof value === "number") return "; put it in quotes";
  if (issue.code !== "invalid_type") return "";
  if (issue.expected === "string" && issue.message.startsWith(LENGTH_OF_TIME)) return "; say the unit";
  if (issue.expected === "string" && ["number", "boolean"].includes(typeof value)) return "; put it in quotes";
  if (issue.expected === "array" && ["string", "number"].includes(typeof value))
    return `; write [${show(issue.message.includes(ACCOUNTS) ? String(value) : value)}]`;
  if (typeof value !== "string") return "";
  if (issue.expected === "number" && /^\d+$/.test(value)) return "; write it without quotes";
  if (issue.expected !== "boolean") return "";
  if (/^(y|yes|on|true)$/i.test(value)) return "; write true";
  return /^(n|no|off|false)$/i.test(value) ? "; write false" : "";
}

function unknownKey(key: string, path: Path, schema: z.ZodMiniType): string {
  if (key === "name" && path.length === 1 && path[0] === "defaults") return "each policy has a name of its own";
  const keys = keysAt(schema, path);
  const near = didYouMean(key, keys);
  return `unknown key; ${near === undefined ? `allowed here are ${keys.join(", ")}` : `did you mean "${near}"?`}`;
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
    if (!/^[\w-]+$/.test(key)) return `${name}[${show(key)}]`;
    return name ? `${name}.${key}` : key;
  }, "");
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (isObject(value)) return "a map";
  // JSON has no words for .inf and .nan, which YAML has.
  return typeof value === "number" ? value.toString() : (JSON.stringify(value ?? undefined) ?? "empty");
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}
