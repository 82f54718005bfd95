// Name globs.
/** Longest glob that is accepted; image names have at most 60 characters. */
const MAX_LENGTH = 256;

type Token = "any" | "one" | { readonly character: string };

function tokens(glob: string): Token[] {
  const found: Token[] = [];
  let escaped = false;
  for (const character of glob) {
    if (escaped) found.push({ character });
    else if (character === "*") found.push("any");
    else if (character === "?") found.push("one");
    else if (character !== "\\") found.push({ character });
    escaped = !escaped && character === "\\";
  }
  return found;
}

/**
 * Whether a glob matches the whole text, case-sensitively: `*` is any number of characters (`/` too), `?` is exactly
 * one, `\` takes the next character as it is. Time is at most length of the glob × length of the text: only the last
 * `*` is ever tried again.
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

/** Whether any of the positive globs matches (none given: everything does) and none of those with a leading `!`. */
export function matchesAny(globs: readonly string[], text: string): boolean {
  const negative = globs.filter((glob) => glob.startsWith("!"));
  if (negative.some((glob) => matches(glob.slice(1), text))) return false;
  return negative.length === globs.length || globs.some((glob) => !glob.startsWith("!") && matches(glob, text));
}

/** What is wrong with a glob (without its `!`), or undefined. Signs that other tools give a meaning are refused, not taken literally. */
export function globProblem(glob: string): string | undefined {
  if (glob === "") return "matches no name at all";
  if (glob.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  const bare = glob.replace(/\\[^]/gu, "");
  if (bare.includes("\\")) return "ends with \\, which takes the next character as it is";
  const sign = /[{}[\]]/.exec(bare)?.[0];
  if (sign)
    return `holds ${sign}, which has no meaning here: write one entry each, or \\${sign} for the character itself`;
  return undefined;
}
