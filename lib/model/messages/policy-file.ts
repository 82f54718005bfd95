// Why a policy file cannot be read: its YAML, its keys, and values of the wrong kind.
import { error } from "./define.ts";
import { didYouMeanOr, quote } from "./policy-values.ts";

const yaml = {
  "file-too-large": error((p: { mostKiB: number }) => ({
    text: `is larger than ${p.mostKiB} KiB`,
    remedy: "remove what is not needed, and put what policies share into `defaults`",
  })),
  "not-text": error(() => "is not a text file: it contains NUL characters"),
  "nested-too-deeply": error(() => "is nested too deeply"),
  /** `problem` is the sentence of the YAML parser. */
  "invalid-yaml": error((p: { problem: string }) => p.problem),
  "too-many-values": error((p: { most: number }) => ({
    text: `contains more than ${p.most} values, including those that aliases (*name) repeat`,
    remedy: "put what policies share into `defaults`",
  })),
  "alias-in-itself": error((p: { alias: string }) => `*${p.alias} stands inside the value &${p.alias} that it repeats`),
  "alias-without-anchor": error((p: { alias: string }) => ({
    text: `*${p.alias} repeats nothing`,
    remedy: `put &${p.alias} before the value that it repeats, above this line`,
  })),
  "key-not-text": error(() => "a key must be text"),
  "merge-key": error(() => ({
    text: "merge keys (<<) are not supported",
    remedy: "put what policies share into `defaults`",
  })),
  "proto-key": error(() => "__proto__ cannot be used as a key"),
  "duplicate-key": error(() => ({ text: "this key is written twice in the same map", remedy: "remove one of them" })),
  "policy-file-empty": error(() => "is empty; it must contain at least `version: 1` and a list of `policies`"),
  "examples-file-empty": error(() => "is empty; it must contain a list of `tests`"),
} as const;

const values = {
  /** `allowed` is a phrase of policy-values.ts. */
  "missing-value": error((p: { allowed: string }) => `is missing; it must be ${p.allowed}`),
  "missing-regions": error(
    (p: { key: string }) => `is missing; it must be a list of regions and groups, here or in defaults.${p.key}`,
  ),
  /** `found` is the value as written, `correction` a phrase of policy-values.ts. */
  "invalid-value": error((p: { allowed: string; found: string; correction?: string | undefined }) => ({
    text: `must be ${p.allowed}, not ${p.found}`,
    ...(p.correction !== undefined && { remedy: p.correction }),
  })),
  "unknown-key": error((p: { near?: string | undefined; keys: readonly string[] }) => ({
    text: "unknown key",
    remedy: didYouMeanOr(p.near, `allowed keys are ${p.keys.join(", ")}`),
  })),
  "name-in-defaults": error(() => ({
    text: "is not allowed in defaults, because policy names are unique",
    remedy: "give each policy its own name",
  })),
  "unsupported-key": error(() => ({
    text: "is not supported in this version (reserved for a later one)",
    remedy: "remove it",
  })),

  "value-too-long": error((p: { value: string; most: number }) => {
    return `${quote(p.value)} is longer than ${p.most} characters`;
  }),
  "invalid-date": error((p: { value: string }) => `${quote(p.value)} is not a valid date`),

  "tag-key-reserved": error((p: { key: string; prefix: string }) => ({
    text: `${quote(p.key)} is not allowed: tag keys that begin with ${p.prefix} are reserved`,
    remedy: "choose another key",
  })),
  "tag-key-length": error((p: { key: string; most: number }) => {
    return `${quote(p.key)} has ${p.key.length} characters; a tag key must have 1 to ${p.most}`;
  }),
  "tag-key-control-character": error((p: { key: string }) => {
    return `${quote(p.key)} contains a control character, which a tag key must not`;
  }),
} as const;

export const policyFileProblems = { ...yaml, ...values } as const;
