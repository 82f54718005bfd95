// Recognises a regular expression that stands where a glob is expected, and the glob that it means.

/**
 * What hardly occurs in the name of an image and is common in regular expressions: anchors, classes
 * of characters, repetitions and groups. `.*` counts only at the beginning and after a sign, because
 * `golden-1.*` is a useful glob.
 */
const SIGNS: readonly RegExp[] = [
  /^\^/,
  /(?<=^|[^\p{L}\p{N}])\.\*/u,
  /\.\+/,
  /\\[dws]/i,
  /\[[^\]]*\](?:[+*?]|\{\d)/,
  /\((?:\?|[^)]*\|)/,
  /\)[+*?]/,
  /\$$/,
];

/** One or more characters of any kind or of a class. */
const REPEATED = /(?:\\[dws]|\[[^\]]*\]|\.)(?:[+*]\??|\{\d[^}]*\})/gi;
/** One character of a class. */
const SINGLE = /\\[dws]|\[[^\]]*\]/gi;

/**
 * The signs of a regular expression in a glob, and the glob that it means, if there is one.
 * Undefined for a text that may be a glob. A sign can be escaped in a glob with `\`; `\d`, `\w` and
 * `\s` count as signs all the same, because these letters need no escape.
 */
export function asRegularExpression(
  pattern: string,
): { readonly signs: readonly string[]; readonly meant: string | undefined } | undefined {
  const bare = pattern.replace(/\\[^dws]/giu, (escaped) => "x".repeat(escaped.length));
  const signs = SIGNS.flatMap((sign) => sign.exec(bare)?.[0] ?? []);
  if (signs.length === 0) return undefined;
  const meant = pattern
    .replace(/^\^/, "")
    .replace(/\$$/, "")
    .replace(REPEATED, "*")
    .replace(SINGLE, "?")
    .replace(/\\([.-])/g, "$1");
  return { signs, meant: meant === "" || /[\\^$+(){}[\]|]/.test(meant) ? undefined : meant };
}
