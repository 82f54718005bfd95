// What is wrong with an event pattern, and where.
/** A pattern that EventBridge does not accept. */
export class PatternError extends Error {
  override readonly name = "PatternError";

  /** `place` is a path such as `data.eventName.0`; empty for the pattern as a whole. */
  constructor(place: string, why: string) {
    super(place === "" ? why : `at \`${place}\`: ${why}`);
  }
}

/** Whether a JSON value is an object. */
export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
