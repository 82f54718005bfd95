// The conditions of policies: whether a request meets them.
import { ownValue } from "../../model/own-value.ts";
import type { Condition } from "./policy-document.ts";

/** The values of a request by condition key, such as `qcs:current_time`. An empty list is a key without a value. */
export type Context = Readonly<Record<string, readonly string[]>>;

const COMPARISONS: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  string_equal: (value, wanted) => value === wanted,
  string_like: (value, wanted) => matchesStars(wanted, value),
  date_less_than: (value, wanted) => Date.parse(value) < Date.parse(wanted),
  date_less_than_equal: (value, wanted) => Date.parse(value) <= Date.parse(wanted),
  date_greater_than: (value, wanted) => Date.parse(value) > Date.parse(wanted),
  date_greater_than_equal: (value, wanted) => Date.parse(value) >= Date.parse(wanted),
};
const NEGATIONS: Readonly<Record<string, string>> = {
  string_not_equal: "string_equal",
  string_not_like: "string_like",
};

/**
 * Whether a request meets a condition: every operator and key must hold, for one of its values. The answer is a text
 * if the emulator does not know an operator or a key (product documentation 598/10608 has many more).
 */
export function meets(condition: Condition, context: Context): boolean | string {
  let isMet = true;
  for (const [operator, keys] of Object.entries(condition)) {
    const name = operator.replace(/^for_any_value:/, "");
    const positive = ownValue(NEGATIONS, name);
    const isNegated = positive !== undefined;
    const compare = ownValue(COMPARISONS, positive ?? name);
    if (compare === undefined) return `the condition operator ${operator}`;
    for (const [key, wanted] of Object.entries(keys)) {
      const values = ownValue(context, key);
      if (values === undefined) return `the condition key ${key}`;
      const isAny = values.some((value) => wanted.some((text) => compare(value, text)));
      if (isAny === isNegated) isMet = false;
    }
  }
  return isMet;
}

/** Whether a text matches a pattern in which `*` stands for any characters. */
export function matchesStars(pattern: string, text: string): boolean {
  if (!pattern.includes("*")) return pattern === text;
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop() ?? "";
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
