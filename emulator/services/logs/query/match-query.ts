// Tells whether a log matches a parsed search condition, under the index of its topic.
import type { Input } from "../../../model/model.ts";
import type { Comparison, Query } from "./parser.ts";
import type { Spend } from "./search-time.ts";
import type { Term } from "./tokens.ts";

type Rule = Input<"cls", "RuleInfo">;
type Fields = Readonly<Record<string, string>>;

/** A key or the full text that a condition names and that has no index. */
export class NoIndexError extends Error {
  override readonly name = "NoIndexError";
}

const COMPARE: Readonly<Record<Comparison, (found: number, limit: number) => boolean>> = {
  ">": (found, limit) => found > limit,
  ">=": (found, limit) => found >= limit,
  "<": (found, limit) => found < limit,
  "<=": (found, limit) => found <= limit,
  "=": (found, limit) => found === limit,
};

/**
 * Prepares a condition for the logs of a topic. Throws `NoIndexError` if it names a key that the
 * index lacks, compares a key that is not a number, or searches the full text without an index. The
 * matcher reports its steps to `spend`, which may throw.
 */
export function matcherOf(query: Query, rule: Rule, spend: Spend = () => undefined): (fields: Fields) => boolean {
  switch (query.kind) {
    case "all":
      return () => true;
    case "and": {
      const parts = query.parts.map((part) => matcherOf(part, rule, spend));
      return (fields) => parts.every((matches) => matches(fields));
    }
    case "or": {
      const parts = query.parts.map((part) => matcherOf(part, rule, spend));
      return (fields) => parts.some((matches) => matches(fields));
    }
    case "not": {
      const matches = matcherOf(query.part, rule, spend);
      return (fields) => !matches(fields);
    }
    case "compare":
      return numberTest(rule, query.key, spend, (found) => COMPARE[query.sign](found, query.value));
    case "range": {
      const { from, to } = query;
      return numberTest(rule, query.key, spend, (found) => {
        const isAbove = from.value === undefined || (from.isInclusive ? found >= from.value : found > from.value);
        const isBelow = to.value === undefined || (to.isInclusive ? found <= to.value : found < to.value);
        return isAbove && isBelow;
      });
    }
    case "term":
      return query.key === undefined
        ? fullTextTest(rule, query.term, spend)
        : keyTest(rule, query.key, query.term, spend);
  }
}

function indexOf(rule: Rule, key: string) {
  const inTags = rule.Tag?.KeyValues.find(({ Key }) => `__TAG__.${Key}` === key);
  const found = rule.KeyValue?.KeyValues?.find(({ Key }) => Key === key) ?? inTags;
  if (found === undefined) throw new NoIndexError(`the key \`${key}\` has no index`);
  const isCaseSensitive = (inTags ? rule.Tag : rule.KeyValue)?.CaseSensitive ?? false;
  return { type: found.Value.Type, tokenizer: found.Value.Tokenizer ?? "", isCaseSensitive };
}

function numberTest(
  rule: Rule,
  key: string,
  spend: Spend,
  test: (found: number) => boolean,
): (fields: Fields) => boolean {
  if (indexOf(rule, key).type === "text") throw new NoIndexError(`the index of \`${key}\` is text, not a number`);
  return (fields) => {
    const value = valueOf(fields, key);
    spend(value?.length ?? 1);
    return value !== undefined && value.trim() !== "" && test(Number(value));
  };
}

function keyTest(rule: Rule, key: string, term: Term, spend: Spend): (fields: Fields) => boolean {
  const { type, tokenizer, isCaseSensitive } = indexOf(rule, key);
  const [first] = term.pieces;
  if (first === undefined) return (fields) => valueOf(fields, key) === "";
  if (!term.isPhrase && term.pieces.length === 1 && "wildcard" in first) {
    return (fields) => valueOf(fields, key) !== undefined;
  }
  const matches = type === "text" ? textTest(term, tokenizer, isCaseSensitive, spend) : equalTest(term);
  return (fields) => {
    const value = valueOf(fields, key);
    spend(value?.length ?? 1);
    return value !== undefined && matches(value);
  };
}

function fullTextTest(rule: Rule, term: Term, spend: Spend): (fields: Fields) => boolean {
  if (!rule.FullText) throw new NoIndexError("there is no index of the full text");
  const matches = textTest(term, rule.FullText.Tokenizer, rule.FullText.CaseSensitive, spend);
  return (fields) => Object.values(fields).some((value) => matches(value));
}

function valueOf(fields: Fields, key: string): string | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** A key with a number: the word must be the same number. */
function equalTest({ pieces }: Term): (value: string) => boolean {
  const wanted = Number(pieces.map((piece) => ("char" in piece ? piece.char : piece.wildcard)).join(""));
  return (value) => value.trim() !== "" && Number(value) === wanted;
}

/** The words of a term must stand one after the other in the words of the value. */
function textTest(term: Term, tokenizer: string, isCaseSensitive: boolean, spend: Spend): (value: string) => boolean {
  const separators = new Set(tokenizer);
  const folded = (text: string) => (isCaseSensitive ? text : text.toLowerCase());
  const wanted = patternsOf(term, folded, separators, spend);
  return (value) => {
    const words = wordsOf(folded(value), separators, spend);
    return words.some((_, start) => wanted.every((matches, index) => matches(words[start + index])));
  };
}

/** The words of a text. Without separators the whole text is one word. */
function wordsOf(text: string, separators: ReadonlySet<string>, spend: Spend): string[] {
  const words = [""];
  for (const char of text) {
    spend(1);
    if (separators.has(char)) words.push("");
    else words[words.length - 1] += char;
  }
  return words.filter((word) => word !== "");
}

type WordTest = (word: string | undefined) => boolean;

function patternsOf(
  { pieces }: Term,
  folded: (text: string) => string,
  separators: ReadonlySet<string>,
  spend: Spend,
): WordTest[] {
  const words: (typeof pieces)[number][][] = [[]];
  for (const piece of pieces) {
    if ("char" in piece && separators.has(piece.char)) words.push([]);
    else words.at(-1)?.push(piece);
  }
  return words
    .filter((word) => word.length > 0)
    .map((word) => {
      const parts = word.map((piece) => ("char" in piece ? folded(piece.char) : { wildcard: piece.wildcard }));
      return (found) => found !== undefined && matchesWildcards(found, parts, spend);
    });
}

type WildPart = string | { readonly wildcard: "*" | "?" };

/** Compares with `*` and `?` in time proportional to the product of both lengths at most. */
function matchesWildcards(found: string, parts: readonly WildPart[], spend: Spend): boolean {
  let at = 0;
  let part = 0;
  let star = -1;
  let retry = 0;
  while (at < found.length) {
    spend(1);
    const wanted = parts[part];
    const isStar = typeof wanted === "object" && wanted.wildcard === "*";
    if (isStar) {
      star = part;
      retry = at;
      part += 1;
    } else if (wanted !== undefined && (typeof wanted === "object" || wanted === found[at])) {
      at += 1;
      part += 1;
    } else if (star >= 0) {
      retry += 1;
      at = retry;
      part = star + 1;
    } else return false;
  }
  return parts.slice(part).every((rest) => typeof rest === "object" && rest.wildcard === "*");
}
