// Parses the search condition of SearchLog.
import { QueryError, RANGE, type Term, type Token, tokensOf } from "./tokens.ts";

/** How a number is compared. */
export type Comparison = ">" | ">=" | "<" | "<=" | "=";

/** The limit of a range; undefined for `*`. */
export interface Bound {
  readonly value: number | undefined;
  readonly isInclusive: boolean;
}

/** A parsed search condition. Without a key, a term is for the full text. */
export type Query =
  | { readonly kind: "all" }
  | { readonly kind: "term"; readonly key?: string; readonly term: Term }
  | { readonly kind: "compare"; readonly key: string; readonly sign: Comparison; readonly value: number }
  | { readonly kind: "range"; readonly key: string; readonly from: Bound; readonly to: Bound }
  | { readonly kind: "and" | "or"; readonly parts: readonly Query[] }
  | { readonly kind: "not"; readonly part: Query };

/** How deep parentheses may be nested; the real limit is not known. */
const MOST_LEVELS = 50;

/**
 * Parses `key:value`, `key:"phrase"`, `key:>5`, `key:[1 TO 5}`, `key:(a OR b)`, words of the full
 * text, AND, OR, NOT in any case, and parentheses. NOT binds before AND, AND before OR; terms
 * without an operator between them are in AND. Throws `QueryError`.
 */
export function parseQuery(text: string): Query {
  if (text.trim() === "" || text.trim() === "*") return { kind: "all" };
  const reader = new Reader(tokensOf(text));
  const query = alternatives(reader, { level: 1 });
  const rest = reader.peek();
  if (rest.kind !== "end") throw new QueryError(rest.at, `\`${rest.text}\` stands where the condition should end`);
  return query;
}

class Reader {
  private next = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  /** The next token; the end stays for ever. */
  peek(): Token {
    return this.tokens[Math.min(this.next, this.tokens.length - 1)] as Token;
  }

  take(): Token {
    const token = this.peek();
    this.next += 1;
    return token;
  }
}

/** How deep a part of a condition is nested, and the key whose values it has. */
interface Place {
  readonly level: number;
  readonly key?: string;
}

function alternatives(reader: Reader, place: Place): Query {
  const parts = [conjunction(reader, place)];
  while (reader.peek().kind === "or") {
    reader.take();
    parts.push(conjunction(reader, place));
  }
  return several("or", parts);
}

function conjunction(reader: Reader, place: Place): Query {
  const parts = [negation(reader, place)];
  for (;;) {
    const { kind } = reader.peek();
    if (kind === "and") reader.take();
    else if (kind === "or" || kind === ")" || kind === "end") return several("and", parts);
    parts.push(negation(reader, place));
  }
}

function several(kind: "and" | "or", parts: readonly Query[]): Query {
  return parts.length === 1 ? (parts[0] as Query) : { kind, parts };
}

function negation(reader: Reader, place: Place): Query {
  const token = reader.peek();
  if (token.kind !== "not") return single(reader, place);
  reader.take();
  return { kind: "not", part: negation(reader, deeper(token, place)) };
}

function deeper({ at }: Token, place: Place): Place {
  if (place.level === MOST_LEVELS) throw new QueryError(at, `it is nested more than ${MOST_LEVELS} levels deep`);
  return { ...place, level: place.level + 1 };
}

function single(reader: Reader, place: Place): Query {
  const token = reader.take();
  const { key } = place;
  if (token.kind === "(") {
    const inside = alternatives(reader, deeper(token, place));
    const close = reader.take();
    if (close.kind !== ")") throw new QueryError(close.at, "a closing parenthesis is missing");
    return inside;
  }
  if (key !== undefined && token.kind === "compare") return comparisonOf(token, key);
  if (key !== undefined && token.kind === "range") return rangeOf(token, key);
  if (token.term === undefined) {
    const found = token.kind === "end" ? "the condition ends" : `\`${token.text}\` stands`;
    throw new QueryError(token.at, `${found} where a word is expected`);
  }
  if (reader.peek().kind !== ":") return termOf(token, token.term, key);
  const colon = reader.take();
  if (key !== undefined) throw new QueryError(colon.at, "a key stands inside the values of another key");
  return single(reader, { ...place, key: token.text });
}

function termOf(token: Token, term: Term, key: string | undefined): Query {
  const [first] = term.pieces;
  const isAny = term.pieces.length === 1 && first !== undefined && "wildcard" in first && first.wildcard === "*";
  if (first !== undefined && "wildcard" in first && !isAny) {
    throw new QueryError(token.at, "a word must not start with a wildcard");
  }
  if (key !== undefined) return { kind: "term", key, term };
  return isAny ? { kind: "all" } : { kind: "term", term };
}

function comparisonOf({ text, at }: Token, key: string): Query {
  const [, sign = "", digits = ""] = /^(>=|<=|>|<|=)(.*)$/.exec(text) ?? [];
  const value = digits === "" ? Number.NaN : Number(digits);
  if (Number.isNaN(value)) throw new QueryError(at, `\`${text}\` compares with no number`);
  return { kind: "compare", key, sign: sign as Comparison, value };
}

function rangeOf({ text }: Token, key: string): Query {
  const [, open, from = "*", to = "*", close] = RANGE.exec(text) ?? [];
  const valueOf = (bound: string) => (bound === "*" ? undefined : Number(bound));
  return {
    kind: "range",
    key,
    from: { value: valueOf(from), isInclusive: open === "[" },
    to: { value: valueOf(to), isInclusive: close === "]" },
  };
}
