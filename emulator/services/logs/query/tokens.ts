// Splits the search condition of SearchLog into tokens.
/** A word or a phrase. `?` and `*` are wildcards unless they were escaped, see `Piece`. */
export interface Term {
  readonly isPhrase: boolean;
  readonly pieces: readonly Piece[];
}

/** A character of a term, or a wildcard. */
export type Piece = { readonly char: string } | { readonly wildcard: "*" | "?" };

/** A search condition that is not valid, and where. */
export class QueryError extends Error {
  override readonly name = "QueryError";

  /** `at` is the place of the character, from 1. */
  constructor(at: number, why: string) {
    super(`at character ${at}: ${why}`);
  }
}

/** A token of a search condition. */
export interface Token {
  readonly kind: "(" | ")" | ":" | "and" | "or" | "not" | "term" | "compare" | "range" | "end";
  readonly at: number;
  /** The characters of a term as they are compared, without escapes and quotes. */
  readonly text: string;
  readonly term?: Term;
}

const SIGNS = /^(>=|<=|>|<|=)\s*/;
const SPACE = /^\s+/;
/** `[1 TO 5}`: a bracket includes its limit, a brace does not; `*` is no limit. */
export const RANGE = /^([[{])\s*(\*|-?\d+(?:\.\d+)?)\s+TO\s+(\*|-?\d+(?:\.\d+)?)\s*([\]}])/i;
const SPECIAL = new Set(["(", ")", ":", '"', "'", "|"]);

/** The tokens of a condition; the last one is its end. Throws `QueryError`. */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const add = (kind: Token["kind"], text: string, length: number, term?: Term) => {
    tokens.push({ kind, text, at: at + 1, ...(term && { term }) });
    at += length;
  };
  while (at < query.length) {
    const rest = query.slice(at);
    const char = rest[0] ?? "";
    const space = SPACE.exec(rest);
    const sign = tokens.at(-1)?.kind === ":" ? SIGNS.exec(rest) : null;
    const range = tokens.at(-1)?.kind === ":" ? RANGE.exec(rest) : null;
    if (space) at += space[0].length;
    else if (char === "(" || char === ")" || char === ":") add(char, char, 1);
    else if (char === "|")
      throw new QueryError(at + 1, "the emulator runs no analysis; leave out `|` and the SQL after it");
    else if (range) add("range", range[0], range[0].length);
    else if (sign) {
      const digits = /^[^\s()]*/.exec(rest.slice(sign[0].length))?.[0] ?? "";
      add("compare", `${sign[1] ?? ""}${digits}`, sign[0].length + digits.length);
    } else if (char === '"' || char === "'") addPhrase(rest, char);
    else addWord(rest);
  }
  tokens.push({ kind: "end", text: "", at: query.length + 1 });
  return tokens;

  function addPhrase(rest: string, quote: string): void {
    const { pieces, length } = piecesOf(rest.slice(1), (char) => char === quote);
    if (length + 1 >= rest.length) throw new QueryError(at + 1, `the quotation mark ${quote} is not closed`);
    add("term", textOfPieces(pieces), length + 2, { isPhrase: true, pieces });
  }

  function addWord(rest: string): void {
    const { pieces, length } = piecesOf(rest, (char) => /\s/.test(char) || SPECIAL.has(char));
    const word = rest.slice(0, length);
    const operator = /^(and|or|not)$/i.test(word) ? (word.toLowerCase() as "and" | "or" | "not") : undefined;
    if (operator) add(operator, word, length);
    else add("term", textOfPieces(pieces), length, { isPhrase: false, pieces });
  }
}

function piecesOf(text: string, isEnd: (char: string) => boolean): { pieces: Piece[]; length: number } {
  const pieces: Piece[] = [];
  let at = 0;
  for (; at < text.length && !isEnd(text[at] ?? ""); at += 1) {
    const char = text[at] ?? "";
    if (char === "\\" && at + 1 < text.length) {
      at += 1;
      pieces.push({ char: text[at] ?? "" });
    } else pieces.push(char === "*" || char === "?" ? { wildcard: char } : { char });
  }
  return { pieces, length: at };
}

function textOfPieces(pieces: readonly Piece[]): string {
  return pieces.map((piece) => ("char" in piece ? piece.char : piece.wildcard)).join("");
}
