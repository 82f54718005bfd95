// Globs for image names: matching, and what is wrong with a glob.
import type { Message } from "../../model/messages/define.ts";
import { policyProblem } from "../../model/messages/policy-rules.ts";
import { countCharacters } from "../../model/printable.ts";
import { asRegularExpression } from "./regular-expressions.ts";

/** Longest glob that is accepted. Image names have at most 60 characters. */
const MAX_LENGTH = 256;

type Token = "any" | "one" | { readonly character: string };

function tokens(glob: string): Token[] {
  const all: Token[] = [];
  let escaped = false;
  for (const character of glob) {
    if (escaped) all.push({ character });
    else if (character === "*") all.push("any");
    else if (character === "?") all.push("one");
    else if (character !== "\\") all.push({ character });
    escaped = !escaped && character === "\\";
  }
  return all;
}

/** The text with which every name that a glob matches begins. */
export function fixedBeginning(glob: string): string {
  let text = "";
  for (const token of tokens(glob)) {
    if (typeof token === "string") break;
    text += token.character;
  }
  return text;
}

/**
 * Whether a glob matches the whole text, case-sensitively. `*` matches any number of characters
 * (also `/`), `?` matches exactly one, `\` escapes the next character. Takes at most length of the
 * glob × length of the text: the search goes back to the last `*` only.
 */
export function matches(glob: string, text: string): boolean {
  const pattern = tokens(glob);
  const characters = Array.from(text);
  let p = 0;
  let t = 0;
  let star = -1;
  let starAt = 0;
  while (t < characters.length) {
    const token = pattern[p];
    if (token === "any") {
      star = p++;
      starAt = t;
    } else if (token === "one" || (token !== undefined && token.character === characters[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++starAt;
    } else return false;
  }
  return pattern.slice(p).every((token) => token === "any");
}

/**
 * Whether no glob with a leading `!` matches, and any other glob does. Without other globs every
 * text matches.
 */
export function matchesAny(globs: readonly string[], text: string): boolean {
  if (excludingGlobs(globs, text).length > 0) return false;
  const positive = globs.filter((glob) => !glob.startsWith("!"));
  return positive.length === 0 || positive.some((glob) => matches(glob, text));
}

/** The globs with a leading `!` that exclude a text. */
export function excludingGlobs(globs: readonly string[], text: string): string[] {
  return globs.filter((glob) => glob.startsWith("!") && matches(glob.slice(1), text));
}

/**
 * What is wrong with a glob, with or without a leading `!`. Refuses the signs that have a meaning
 * in other tools, because a literal match of them would surprise the user.
 */
export function globProblem(glob: string): Message | undefined {
  const pattern = glob.replace(/^!/, "");
  if (pattern === "") return policyProblem("glob-empty", { glob });
  if (countCharacters(pattern) > MAX_LENGTH) return policyProblem("value-too-long", { value: glob, most: MAX_LENGTH });
  const regularExpression = asRegularExpression(pattern);
  if (regularExpression) {
    const { signs, meant } = regularExpression;
    return policyProblem("glob-regular-expression", {
      glob,
      signs,
      meant: meant && glob.replace(pattern, () => meant),
    });
  }
  const unescaped = pattern.replace(/\\[^]/gu, "");
  if (unescaped.includes("\\")) return policyProblem("glob-ends-with-backslash", { glob });
  const sign = /[{}[\]|]/.exec(unescaped)?.[0];
  return sign === undefined ? undefined : policyProblem("glob-unsupported-sign", { glob, sign });
}
