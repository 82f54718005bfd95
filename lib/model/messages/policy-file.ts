// Why a policy file cannot be read: its YAML, its keys, and values of the wrong kind.
import { error } from "./define.ts";
import { ALLOWED } from "./help.ts";
import { didYouMeanOr, quote } from "./policy-values.ts";

/** The error codes of the YAML parser (yaml 2.9, `ErrorCode`) that say more than that it cannot go on. */
const INVALID_YAML: Readonly<Record<string, string>> = {
  BAD_ALIAS: "this alias is not valid",
  BAD_DIRECTIVE: "this directive is not valid",
  BAD_DQ_ESCAPE: "this escape sequence is not valid in double quotes",
  BAD_INDENT: "this line has the wrong indentation",
  BAD_SCALAR_START: "a value that begins with this character must be quoted",
  BLOCK_AS_IMPLICIT_KEY: "a nested map or list cannot begin on this line",
  BLOCK_IN_FLOW: "a nested map or list cannot stand inside [ ] or { }",
  KEY_OVER_1024_CHARS: "a key is longer than 1024 characters",
  MISSING_CHAR: "a character is missing: a quote, a bracket, a comma, a colon or a space",
  MULTILINE_IMPLICIT_KEY: "a key must be on one line, and a colon with a space must follow it",
  MULTIPLE_DOCS: "a file must contain one document only",
  TAB_AS_INDENT: "tabs are not allowed as indentation",
  TAG_RESOLVE_FAILED: "tags (!name) are not supported",
  UNEXPECTED_TOKEN: "this is not expected here",
};

const yaml = {
  "file-too-large": error((p: { mostKiB: number }) => ({
    text: `is larger than ${p.mostKiB} KiB`,
    remedy: "remove what is not needed, and put what policies share into `defaults`",
  })),
  "not-text": error(() => "is not a text file: it contains NUL characters", "save the file as text in UTF-8"),
  "nested-too-deeply": error(
    () => "is nested too deeply",
    "write the policy as docs/policy.md shows; it has few levels",
  ),
  "invalid-yaml": error(
    (p: { code: string }) => INVALID_YAML[p.code] ?? "this is not valid YAML",
    "correct the line that the message names; the text says what is wrong there",
  ),
  "too-many-values": error((p: { most: number }) => ({
    text: `contains more than ${p.most} values, including those that aliases (*name) repeat`,
    remedy: "put what policies share into `defaults`",
  })),
  "alias-in-itself": error(
    (p: { alias: string }) => `*${p.alias} stands inside the value &${p.alias} that it repeats`,
    "write the value out",
  ),
  "alias-without-anchor": error((p: { alias: string }) => ({
    text: `*${p.alias} repeats nothing`,
    remedy: `put it in quotes if it is a text: "*${p.alias}"; to repeat a value, put &${p.alias} before it, above this line`,
  })),
  /** `sign`: such as ! or *. Of a policy file, also the text that begins with it, and what is probably meant. */
  "unquoted-sign": error((p: { sign: string; policy: { found: string; quoted: string } | undefined }) => ({
    text: `${p.policy?.found ?? "a text"} begins with ${p.sign}, which has a meaning of its own in YAML`,
    remedy: p.policy ? `put it in quotes: ${quote(p.policy.quoted)}` : "put it in quotes",
  })),
  "unquoted-template": error((p: { found: string | undefined }) => ({
    text: `${p.found ?? "a text"} begins with {, which begins a map in YAML`,
    remedy: p.found === undefined ? "put the text in quotes" : `put the text in quotes: ${quote(p.found)}`,
  })),
  "altered-number": error((p: { source: string; value: number }) => ({
    text: `${p.source} is read as the number ${p.value}`,
    remedy: `put it in quotes if it is an id or a text: "${p.source}"${Number.isSafeInteger(p.value) ? `; otherwise write ${p.value}` : ""}`,
  })),
  "key-not-text": error(() => "a key must be text", "write the key as text, in quotes if need be"),
  "merge-key": error(() => ({
    text: "merge keys (<<) are not supported",
    remedy: "put what policies share into `defaults`",
  })),
  "proto-key": error(() => "__proto__ cannot be used as a key", "choose another key"),
  "duplicate-key": error(() => ({ text: "this key is written twice in the same map", remedy: "remove one of them" })),
  "policy-file-empty": error(
    () => "is empty; it must contain at least `version: 1` and a list of `policies`",
    "begin with policy.example.yaml",
  ),
  "examples-file-empty": error(
    () => "is empty; it must contain a list of `tests`",
    "write examples as docs/policy.md shows",
  ),
} as const;

const values = {
  /** `allowed` is a phrase of policy-values.ts. */
  "missing-value": error((p: { allowed: string }) => `is missing; it must be ${p.allowed}`, ALLOWED),
  "missing-regions": error(
    (p: { key: string }) => `is missing; it must be a list of regions and groups, here or in defaults.${p.key}`,
    "write the regions, such as [ap-guangzhou] or [mainland]",
  ),
  /** `found` is the value as written, `correction` a phrase of policy-values.ts. */
  "invalid-value": error(
    (p: { allowed: string; found: string; correction?: string | undefined }) => ({
      text: `must be ${p.allowed}, not ${p.found}`,
      ...(p.correction !== undefined && { remedy: p.correction }),
    }),
    ALLOWED,
  ),
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
  }, "shorten it"),
  "invalid-date": error(
    (p: { value: string }) => `${quote(p.value)} is not a valid date`,
    "write a date such as 2026-01-31",
  ),

  "tag-key-reserved": error((p: { key: string; prefix: string }) => ({
    text: `${quote(p.key)} is not allowed: tag keys that begin with ${p.prefix} are reserved`,
    remedy: "choose another key",
  })),
  "tag-key-length": error((p: { key: string; length: number; most: number }) => {
    return `${quote(p.key)} has ${p.length} characters; a tag key must have 1 to ${p.most}`;
  }, "choose another key"),
  "tag-key-control-character": error((p: { key: string }) => {
    return `${quote(p.key)} contains a control character, which a tag key must not`;
  }, "remove the character"),
} as const;

export const policyFileProblems = { ...yaml, ...values } as const;
