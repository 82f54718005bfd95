import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import { InputError, type Problem } from "../../errors.ts";

/** The way to a value: keys of maps and places in lists. */
export type Path = readonly PropertyKey[];

/** A YAML file as values, with the way back to line and column. */
export interface YamlFile {
  readonly value: unknown;
  /** Keys that are written twice: the rest of the file can still be checked. */
  readonly problems: readonly Problem[];
  /** `file:line:column` of the value at a path, or of a key of the map there; of the nearest that exists if there is none. */
  at(path: Path, key?: string): string;
}

/** Largest policy file, in characters. */
const MAX_LENGTH = 1_048_576;
/** How often values may be repeated by aliases (`*name`), so that a small file cannot unfold into a huge one. */
const MAX_ALIASES = 100;

/** Reads one YAML 1.2 document. Throws InputError when it is none, or does more than say what the values are. */
export function readYaml(text: string, file: string): YamlFile {
  const refuse = (text: string): never => {
    throw new InputError([{ where: file, text }]);
  };
  if (text.length > MAX_LENGTH) refuse(`is larger than ${MAX_LENGTH / 1024} KiB, too large for a policy file`);
  if (text.includes("\0")) refuse("is no text file: it holds NUL characters");

  const lines = new LineCounter();
  const position = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: "1.2", merge: false });
    if (document.errors.some((error) => error.code === "RESOURCE_EXHAUSTION")) return refuse("is nested too deeply");
    const found = [...document.errors, ...document.warnings].map((error) => ({
      where: position(error.pos[0]),
      text: error.code === "DUPLICATE_KEY" ? "this key is written twice in the same map" : error.message,
    }));
    const only = document.errors.every((error) => error.code === "DUPLICATE_KEY") && document.warnings.length === 0;
    if (!only) throw new InputError(found);
    const keys = nodeProblems(document, position);
    if (keys.length > 0) throw new InputError([...found, ...keys]);
    return {
      value: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown,
      problems: found,
      at: (path, key) => position(offsetOf(document, path, key)),
    };
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (error instanceof RangeError) return refuse("is nested too deeply");
    if (error instanceof ReferenceError)
      return refuse(`repeats values by aliases (*name) more than ${MAX_ALIASES} times`);
    throw error;
  }
}

// What would not arrive as it is written.
function nodeProblems(document: Document, position: (offset: number) => string): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Alias(_, alias, ancestors) {
      const where = position(alias.range?.[0] ?? 0);
      if (ancestors.some((node) => isNode(node) && !isAlias(node) && node.anchor === alias.source)) {
        problems.push({ where, text: `*${alias.source} stands inside of what it repeats` });
      } else if (!alias.resolve(document)) {
        problems.push({ where, text: `*${alias.source} repeats nothing: there is no &${alias.source} before it` });
      }
    },
    Pair(_, pair) {
      const key = pair.key as Node | null;
      const where = position(key?.range?.[0] ?? 0);
      if (!isScalar(key) || key.value === null) problems.push({ where, text: "a key must be text" });
      else if (key.value === "<<") {
        problems.push({ where, text: "merge keys (<<) are not supported: put what policies share into `defaults`" });
      } else if (key.value === "__proto__") problems.push({ where, text: "__proto__ cannot be used as a key" });
    },
  });
  return problems;
}

function offsetOf(document: Document, path: Path, key: string | undefined): number {
  const resolve = (node: unknown) => (isAlias(node) ? node.resolve(document) : node) as Node | undefined;
  let node = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const step of path) {
    const parent: Node | undefined = resolve(node);
    let next: unknown;
    if (isMap(parent)) next = parent.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === step)?.value;
    else if (isSeq(parent)) next = parent.items[Number(step)];
    if (!next) return offset;
    node = next as Node;
    offset = node.range?.[0] ?? offset;
  }
  const parent = resolve(node);
  if (key === undefined || !isMap(parent)) return offset;
  const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  return (pair?.key as Node | undefined)?.range?.[0] ?? offset;
}
