// Explains the errors of the YAML parser whose cause is a text that must be put in quotes.
import type { YAMLError } from "yaml";
import type { Message } from "../../model/messages/define.ts";
import { policyProblem } from "../../model/messages/policy-rules.ts";

/** Codes of errors at the first character of a text that begins with a sign of YAML. */
const SIGN_CODES: ReadonlySet<string> = new Set(["BAD_ALIAS", "BAD_SCALAR_START", "TAG_RESOLVE_FAILED"]);

/** What is wrong at an error of the parser; in its own words if quotes would not help. */
export function yamlProblem({ code, pos }: YAMLError, text: string): Message {
  const [offset] = pos;
  if (SIGN_CODES.has(code)) return unquoted(text, offset);
  return unquotedTemplate(text, offset) ?? policyProblem("invalid-yaml", { code });
}

/** The problem of a text that begins with a sign of YAML and is not in quotes. */
export function unquoted(text: string, offset: number): Message {
  // Up to the end of the entry of a list, of the line, or to a comment.
  const [found = ""] = /^.(?:[^,\]}\n#]|(?<! )#)*/.exec(text.slice(offset, offset + 1000)) ?? [];
  const policy = { found: found.trim(), quoted: found.trim().replace(/^!\s+/, "!") };
  return policyProblem("unquoted-sign", { sign: found.charAt(0), policy: isPolicy(text) ? policy : undefined });
}

/** Whether a text is a policy file. Another file may have been named, whose content is not quoted. */
function isPolicy(text: string): boolean {
  return /^(version|policies)\s*:/m.test(text);
}

/**
 * The problem of a line with `{{` outside quotes, which YAML reads as a map; undefined if there is
 * none before the offset.
 */
export function unquotedTemplate(text: string, offset: number): Message | undefined {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  const line = text.slice(start, end < 0 ? undefined : end);
  const bare = line.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, (quoted) => " ".repeat(quoted.length));
  const at = bare.search(/\{\{\s*\w+\s*\}\}/);
  if (at < 0 || at > offset - start) return undefined;
  const [found = ""] = /^\{\{.*?\}\}[^\s,}\]]*/.exec(line.slice(at)) ?? [];
  return policyProblem("unquoted-template", { found: isPolicy(text) ? found : undefined });
}
