// YAML to values that remember their line and column.
import {
  type Alias,
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
  type YAMLMap,
} from "yaml";
import { InputError, type Problem } from "../../model/errors.ts";

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

/** Largest file, in characters. */
const MAX_LENGTH = 262_144;
/** Most values in a file; what aliases (`*name`) repeat counts each time, since a small file can unfold into a huge one. */
const MAX_VALUES = 5_000;

/** Reads one YAML 1.2 document. Throws InputError when it is none, or does more than say what the values are. */
export function readYaml(text: string, file: string): YamlFile {
  const refuse = (text: string): never => {
    throw new InputError([{ where: file, text }]);
  };
  if (text.length > MAX_LENGTH) refuse(`is larger than ${MAX_LENGTH / 1024} KiB, which is too large`);
  if (text.includes("\0")) refuse("is no text file: it holds NUL characters");

  const lines = new LineCounter();
  const position = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      version: "1.2",
      merge: false,
      // Looked for here: the library compares each key with each other one.
      uniqueKeys: false,
    });
    if (document.errors.some((error) => error.code === "RESOURCE_EXHAUSTION")) return refuse("is nested too deeply");
    const found = [...document.errors, ...document.warnings];
    if (found.length > 0) {
      throw new InputError(found.map((error) => ({ where: position(error.pos[0]), text: error.message })));
    }
    const { problems, repeated, targets } = lookAtNodes(document, position);
    if (problems.length > 0) throw new InputError([...repeated, ...problems]);
    if (valuesIn(document.contents, targets) > MAX_VALUES) {
      return refuse(`holds more than ${MAX_VALUES} values, with those that aliases (*name) repeat`);
    }
    return {
      value: document.toJS({ maxAliasCount: -1 }) as unknown,
      problems: repeated,
      at: (path, key) => position(offsetOf(document, targets, path, key)),
    };
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (error instanceof RangeError) return refuse("is nested too deeply");
    throw error;
  }
}

/** What an alias repeats. */
type Targets = ReadonlyMap<Alias, Node>;

// What would not arrive as it is written, keys that are written twice, and what each alias repeats.
function lookAtNodes(document: Document, position: (offset: number) => string) {
  const problems: Problem[] = [];
  const repeated: Problem[] = [];
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Value(_, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      if (isMap(node)) repeated.push(...keysTwice(node, position));
    },
    Alias(_, alias, ancestors) {
      const target = anchors.get(alias.source);
      const where = position(alias.range?.[0] ?? 0);
      if (ancestors.some((node) => isNode(node) && !isAlias(node) && node.anchor === alias.source)) {
        problems.push({ where, text: `*${alias.source} stands inside of what it repeats` });
      } else if (target) targets.set(alias, target);
      else {
        problems.push({ where, text: `*${alias.source} repeats nothing: there is no &${alias.source} before it` });
      }
    },
    Pair(_, pair) {
      const key = pair.key as Node | null;
      const where = position(key?.range?.[0] ?? 0);
      if (!isScalar(key) || key.value === null || typeof key.value === "object")
        problems.push({ where, text: "a key must be text" });
      else if (key.value === "<<") {
        problems.push({ where, text: "merge keys (<<) are not supported: put what policies share into `defaults`" });
      } else if (key.value === "__proto__") problems.push({ where, text: "__proto__ cannot be used as a key" });
    },
  });
  return { problems, repeated, targets };
}

function keysTwice(map: YAMLMap, position: (offset: number) => string): Problem[] {
  const keys = new Set<string>();
  return map.items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    const text = String(key.value);
    if (keys.has(text))
      return [{ where: position(key.range?.[0] ?? 0), text: "this key is written twice in the same map" }];
    keys.add(text);
    return [];
  });
}

function valuesIn(node: unknown, targets: Targets, known = new Map<Node, number>()): number {
  const target = isAlias(node) ? targets.get(node) : (node as Node | null);
  if (!target) return 1;
  const before = known.get(target);
  if (before !== undefined) return before;
  let values = 1;
  if (isSeq(target)) for (const item of target.items) values += valuesIn(item, targets, known);
  if (isMap(target)) for (const { value } of target.items) values += valuesIn(value, targets, known);
  known.set(target, values);
  return values;
}

function offsetOf(document: Document, targets: Targets, path: Path, key: string | undefined): number {
  const resolve = (node: unknown) => (isAlias(node) ? targets.get(node) : node) as Node | undefined;
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
