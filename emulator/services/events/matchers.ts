// The matchers in the lists of an event pattern: exact values and the operators.
import { readCidr } from "./cidr.ts";
import { isFields, PatternError } from "./pattern-error.ts";

/** Whether one value of an event matches. */
export type Matcher = (found: unknown) => boolean;

type Operator = (value: unknown, place: string) => Matcher;

const OPERATORS: Readonly<Record<string, Operator>> = {
  prefix: ofTexts("some", (found, text) => found.startsWith(text)),
  suffix: ofTexts("some", (found, text) => found.endsWith(text)),
  // "同时包含多个匹配值": several texts must all be contained.
  contain: ofTexts("every", (found, text) => found.includes(text)),
  "anything-but": readAnythingBut,
  numeric: readNumeric,
  cidr: readCidrs,
  array: readArray,
};

/** Reads an exact value or `{operator: value}`. Throws `PatternError`. */
export function readMatcher(value: unknown, place: string): Matcher {
  if (Array.isArray(value)) throw new PatternError(place, "a list inside a list is not allowed");
  if (!isFields(value)) return (found) => found === value;
  const [name, ...more] = Object.keys(value);
  if (name === undefined || more.length > 0) throw new PatternError(place, "it must have one operator");
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (operator === undefined) {
    const allowed = Object.keys(OPERATORS).join(", ");
    throw new PatternError(`${place}.${name}`, `there is no such operator; allowed: ${allowed}`);
  }
  return operator(value[name], `${place}.${name}`);
}

function listOf(value: unknown, place: string): readonly unknown[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (items.length === 0) throw new PatternError(place, "the list must have an item");
  return items;
}

function ofTexts(how: "some" | "every", test: (found: string, text: string) => boolean): Operator {
  return (value, place) => {
    const texts = listOf(value, place).map((text) => {
      if (typeof text !== "string") throw new PatternError(place, "it must be text, or a list of texts");
      return text;
    });
    return (found) => typeof found === "string" && texts[how]((text) => test(found, text));
  };
}

/** Values, or other matchers, none of which may match. */
function readAnythingBut(value: unknown, place: string): Matcher {
  const matchers = listOf(value, place).map((item) => {
    const isNested = isFields(item) && Object.hasOwn(item, "anything-but");
    if (isNested) throw new PatternError(place, "it must not stand inside itself");
    return readMatcher(item, place);
  });
  return (found) => !matchers.some((matches) => matches(found));
}

const COMPARISONS: Readonly<Record<string, (found: number, limit: number) => boolean>> = {
  "=": (found, limit) => found === limit,
  ">": (found, limit) => found > limit,
  ">=": (found, limit) => found >= limit,
  "<": (found, limit) => found < limit,
  "<=": (found, limit) => found <= limit,
};

/** `[">", 0, "<=", 5]`: one or two comparisons, both of which must hold. */
function readNumeric(value: unknown, place: string): Matcher {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  if (items.length !== 2 && items.length !== 4) {
    throw new PatternError(place, 'it must be a list such as [">", 0] or [">", 0, "<=", 5]');
  }
  const tests = Array.from({ length: items.length / 2 }, (_, index) => {
    const [sign, limit] = items.slice(index * 2);
    const compare = typeof sign === "string" && Object.hasOwn(COMPARISONS, sign) ? COMPARISONS[sign] : undefined;
    const allowed = Object.keys(COMPARISONS).join(", ");
    if (compare === undefined) throw new PatternError(`${place}.${index * 2}`, `it must be one of ${allowed}`);
    if (typeof limit !== "number") throw new PatternError(`${place}.${index * 2 + 1}`, "it must be a number");
    return (found: number) => compare(found, limit);
  });
  return (found) => typeof found === "number" && tests.every((test) => test(found));
}

function readCidrs(value: unknown, place: string): Matcher {
  const ranges = listOf(value, place).map((item) => {
    const range = typeof item === "string" ? readCidr(item) : undefined;
    if (range === undefined) throw new PatternError(place, "it must be an IPv4 range such as 10.0.0.0/24");
    return range;
  });
  return (found) => typeof found === "string" && ranges.some((contains) => contains(found));
}

/** JSON text of an object: an element of the event's list must have all of its fields. */
function readArray(value: unknown, place: string): Matcher {
  let fields: unknown;
  try {
    fields = typeof value === "string" ? JSON.parse(value) : undefined;
  } catch {
    fields = undefined;
  }
  if (!isFields(fields)) throw new PatternError(place, "it must be the JSON text of an object");
  const wanted = Object.entries(fields);
  return (found) =>
    isFields(found) && wanted.every(([name, text]) => Object.hasOwn(found, name) && found[name] === text);
}
