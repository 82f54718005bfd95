// Event patterns of EventBridge: reads the text of a pattern, and tells whether an event matches it.
import { type Matcher, readMatcher } from "./matchers.ts";
import { isFields, PatternError } from "./pattern-error.ts";

/** Whether an event matches. The event is a parsed JSON value. */
export type Pattern = (event: unknown) => boolean;

/** How deep the fields of a pattern may be nested. The vendor's limit is not known. */
const MOST_LEVELS = 32;

/**
 * Reads the JSON text of a pattern (product documentation 1108/56065, 1108/42288): keys are in AND,
 * the items of a list in OR. Throws `PatternError` with the place, such as `data.eventName.0.prefix`.
 */
export function parsePattern(text: string): Pattern {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PatternError("", "it is not JSON");
  }
  if (!isFields(value)) throw new PatternError("", "it must be a JSON object");
  return readFields(value, "", 1);
}

function readFields(fields: Readonly<Record<string, unknown>>, place: string, level: number): Pattern {
  if (level > MOST_LEVELS) throw new PatternError(place, `fields are nested more than ${MOST_LEVELS} levels deep`);
  const names = Object.keys(fields);
  if (names.length === 0) throw new PatternError(place, "it must have a field");
  const parts = names.map((name) => {
    const at = place === "" ? name : `${place}.${name}`;
    return { name, matches: readField(fields[name], at, level) };
  });
  return (event) =>
    isFields(event) && parts.every(({ name, matches }) => Object.hasOwn(event, name) && matches(event[name]));
}

/** A nested object, a list of matchers, or one value, which the vendor's own examples have too. */
function readField(value: unknown, place: string, level: number): Pattern {
  if (isFields(value)) return readFields(value, place, level + 1);
  if (!Array.isArray(value)) return anyElement(readMatcher(value, place));
  if (value.length === 0) throw new PatternError(place, "the list must have an item");
  const matchers = value.map((item, index) => readMatcher(item, `${place}.${index}`));
  return (found) => matchers.some((matches) => anyElement(matches)(found));
}

/** A list in an event matches if one of its elements does, also with `anything-but`. */
function anyElement(matches: Matcher): Pattern {
  return (found) => (Array.isArray(found) ? found.some((element) => matches(element)) : matches(found));
}
