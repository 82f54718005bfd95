// Reads YAML into values, and finds the line and column of each value.
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
  type Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import { InputError, type Problem, toProblem } from "../../model/errors.ts";
import type { Message } from "../../model/messages/define.ts";
import { policyProblem } from "../../model/messages/policy-rules.ts";
import { unquoted, unquotedTemplate, yamlProblem } from "./yaml-errors.ts";

/** The path to a value: keys of maps and indexes of lists. */
export type Path = readonly PropertyKey[];

/** The values of a YAML file, and the line and column of each. */
export interface YamlFile {
  readonly value: unknown;
  /**
   * The keys that are written twice, and the numbers that YAML reads as other numbers. The rest of
   * the file can still be checked.
   */
  readonly problems: readonly Problem[];
  /**
   * `file:line:column` of the value at a path or, with `key`, of that key in the map there. Of the
   * nearest value above it if it does not exist.
   */
  at(path: Path, key?: string): string;
}

/** Largest file, in characters. */
const MAX_LENGTH = 262_144;
/**
 * Most values in a file. Values that aliases (`*name`) repeat count each time: a small file can
 * unfold into a huge one.
 */
const MAX_VALUES = 5_000;

/**
 * Reads one YAML 1.2 document. Throws `InputError` if it is invalid, too large, or uses tags, merge
 * keys or other features beyond plain values, anchors and aliases.
 */
export function readYaml(text: string, file: string): YamlFile {
  const refuse = (message: Message): never => {
    throw new InputError([toProblem(file, message)]);
  };
  if (text.length > MAX_LENGTH) refuse(policyProblem("file-too-large", { mostKiB: MAX_LENGTH / 1024 }));
  if (text.includes("\0")) refuse(policyProblem("not-text"));

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
      // Checked below instead: the library compares each key with every other key.
      uniqueKeys: false,
    });
    if (document.errors.some((error) => error.code === "RESOURCE_EXHAUSTION"))
      return refuse(policyProblem("nested-too-deeply"));
    const errors = [...document.errors, ...document.warnings];
    if (errors.length > 0) {
      throw new InputError(errors.map((error) => toProblem(position(error.pos[0]), yamlProblem(error, text))));
    }
    const { problems, unclear, targets } = checkNodes(document, text, position);
    if (problems.length > 0) throw new InputError([...unclear, ...problems]);
    if (countValues(document.contents, targets) > MAX_VALUES)
      return refuse(policyProblem("too-many-values", { most: MAX_VALUES }));
    return {
      value: document.toJS({ maxAliasCount: -1 }) as unknown,
      problems: unclear,
      at: (path, key) => position(offsetOf(document, targets, path, key)),
    };
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (error instanceof RangeError) return refuse(policyProblem("nested-too-deeply"));
    throw error;
  }
}

/** The node that each alias repeats. */
type Targets = ReadonlyMap<Alias, Node>;

/**
 * Finds the keys, tags and aliases that cannot be used, what the file does not say clearly, and the
 * target of each alias.
 */
function checkNodes(document: Document, text: string, position: (offset: number) => string) {
  const problems: Problem[] = [];
  const unclear: Problem[] = [];
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Value(_, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      if (isMap(node)) unclear.push(...repeatedKeys(node, position));
      const at = node.range?.[0] ?? 0;
      // The tag `!` alone means nothing, so that `! ap-tokyo` would include what it should exclude.
      if (node.tag === "!") problems.push(toProblem(position(at), unquoted(text, text.lastIndexOf("!", at))));
      if (isScalar(node)) unclear.push(...alteredNumber(node, position(at)));
    },
    Alias(_, node, ancestors) {
      const alias = node.source;
      const target = anchors.get(alias);
      const report = (message: Message) => problems.push(toProblem(position(node.range?.[0] ?? 0), message));
      if (ancestors.some((outer) => isNode(outer) && !isAlias(outer) && outer.anchor === alias))
        report(policyProblem("alias-in-itself", { alias }));
      else if (target) targets.set(node, target);
      // In a file without anchors it is a text, above all a glob.
      else if (anchors.size === 0) report(unquoted(text, node.range?.[0] ?? 0));
      else report(policyProblem("alias-without-anchor", { alias }));
    },
    Pair(_, pair) {
      const key = pair.key as Node | null;
      const report = (message: Message) => problems.push(toProblem(position(key?.range?.[0] ?? 0), message));
      const at = key?.range?.[0] ?? 0;
      if (!isScalar(key) || key.value === null || typeof key.value === "object")
        report(unquotedTemplate(text, at) ?? policyProblem("key-not-text"));
      else if (key.value === "<<") report(policyProblem("merge-key"));
      else if (key.value === "__proto__") report(policyProblem("proto-key"));
    },
  });
  return { problems, unclear, targets };
}

/** The problem of a whole number that YAML reads as another one, above all an account id. */
function alteredNumber({ value, source }: Scalar, where: string): Problem[] {
  if (typeof value !== "number" || !Number.isInteger(value) || source === undefined || source.includes(".")) return [];
  if (String(value) === source.replace(/^\+/, "")) return [];
  return [toProblem(where, policyProblem("altered-number", { source, value }))];
}

function repeatedKeys(map: YAMLMap, position: (offset: number) => string): Problem[] {
  const keys = new Set<string>();
  return map.items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    const text = String(key.value);
    if (keys.has(text)) return [toProblem(position(key.range?.[0] ?? 0), policyProblem("duplicate-key"))];
    keys.add(text);
    return [];
  });
}

function countValues(node: unknown, targets: Targets, counted = new Map<Node, number>()): number {
  const target = isAlias(node) ? targets.get(node) : (node as Node | null);
  if (!target) return 1;
  const count = counted.get(target);
  if (count !== undefined) return count;
  let values = 1;
  if (isSeq(target)) for (const item of target.items) values += countValues(item, targets, counted);
  if (isMap(target)) for (const { value } of target.items) values += countValues(value, targets, counted);
  counted.set(target, values);
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
