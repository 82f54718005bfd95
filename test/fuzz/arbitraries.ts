// Random bad input from outside: text, JSON, and changed JSON.
import fc, { TIMES } from "../support/random.ts";

/**
 * The number of runs of a property. A failure prints its seed and path, which go into the second
 * argument of `fc.assert`. Twenty times as often, from a new seed: `FUZZ_TIMES=20 npx vitest run
 * test/fuzz --testTimeout 1200000`.
 */
export function runs(number: number): { numRuns: number } {
  return { numRuns: number * TIMES };
}

/** The time limit of a test that waits for rate limits, ms. */
export const PATIENCE = 60_000 * TIMES;

/**
 * Pieces of text that steer terminals, hide or reorder text, break lines, or are half of a
 * character.
 */
const NASTY = [
  "\u001b[2J\u001b[1;1H",
  "\u001b]8;;http://evil.example\u0007click\u001b]8;;\u0007",
  "\u001b]52;c;ZXZpbA==\u0007",
  "\u009b31m",
  "\u0090q\u009c",
  "\r",
  "\n",
  "\r\n",
  "\t",
  "\b",
  "\u0000",
  "\u007f",
  "\u0085",
  "\u2028",
  "\u2029",
  "\u202e",
  "\u2066",
  "\u200b",
  "\ufeff",
  "\u034f",
  "\u3164",
  "\ufe0f",
  "\u{e0041}",
  "\ud83d",
  "\udd25",
  "👩‍👩‍👧",
  "e\u0301\u0301\u0301",
  "网页",
  "{{name}}",
  '"',
  "\\",
] as const;

/** Text that consists of such pieces. */
export const nastyText = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 4, unit: "binary" })), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts) => parts.join(""));

/**
 * Characters that no output may contain: control and format characters, half characters,
 * separators, fillers. Line feeds are allowed, because the program writes them itself.
 */
export const RAW = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

const SPECIAL_KEYS = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "toJSON", "length", ""];
const NUMBERS = [0, -0, -1, 1e300, 1e999, -1e999, 2 ** 53, 0.1, Number.MIN_VALUE];

const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, ...NUMBERS),
  fc.integer(),
  fc.string({ maxLength: 8 }),
  nastyText,
  fc.integer({ min: 1, max: 14 }).map((size) => "x".repeat(2 ** size)),
);

/** A value that `JSON.parse` can return, also with `__proto__` as an own key. */
export const json: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(fc.constantFrom(...SPECIAL_KEYS), fc.string({ maxLength: 6 })), tie("value")), {
        maxLength: 4,
      })
      .map((entries) => Object.fromEntries(entries)),
    tie("value").map((value) => JSON.stringify(value)),
  ),
})).value;

/** JSON that is nested so deeply that recursive code fails. */
export const deepJson = (depth: number): unknown => JSON.parse("[".repeat(depth) + "]".repeat(depth));

type Place = { holder: Record<PropertyKey, unknown>; key: PropertyKey };

function placesIn(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<PropertyKey, unknown>;
  return Object.keys(value).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

const change = fc.record({
  at: fc.nat(),
  how: fc.constantFrom("replace", "replace", "remove", "text", "list", "move", "key"),
  value: json,
  key: fc.oneof(fc.constantFrom(...SPECIAL_KEYS), nastyText),
});

/**
 * One to four changes of a JSON value: a place is replaced, removed, packed into a text or a list,
 * moved, or renamed.
 */
export const mutations = fc.array(change, { minLength: 1, maxLength: 4 });

/** Versions of JSON values with such changes. */
export function mutated<T>(samples: readonly T[]): fc.Arbitrary<unknown> {
  return fc.tuple(fc.constantFrom(...samples), mutations).map(([sample, changes]) => changed(sample, changes));
}

/** A copy of a JSON value, with the changes made. */
export function changed(sample: unknown, changes: typeof mutations extends fc.Arbitrary<infer C> ? C : never): unknown {
  const top = { top: JSON.parse(JSON.stringify(sample)) as unknown };
  for (const { at, how, value, key } of changes) {
    const places = placesIn(top);
    const place = places[at % places.length];
    if (!place) continue;
    const { holder } = place;
    const old = holder[place.key];
    // Copies, because the values of fast-check must not change, and a value that contains itself is
    // not JSON.
    if (how === "replace") holder[place.key] = structuredClone(value);
    else if (how === "text") holder[place.key] = JSON.stringify(old);
    else if (how === "list") holder[place.key] = [old, structuredClone(value)];
    else if (how === "move") {
      const from = places[(at * 7 + 3) % places.length];
      holder[place.key] = structuredClone(from?.holder[from.key] ?? null);
    } else if (holder === top) continue;
    else {
      delete holder[place.key];
      if (how === "key" && !Array.isArray(holder))
        Object.defineProperty(holder, key, { value: old, enumerable: true, configurable: true, writable: true });
    }
  }
  return JSON.parse(JSON.stringify(top.top ?? null)) as unknown;
}
