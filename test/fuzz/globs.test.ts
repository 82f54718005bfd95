// Globs and templates: correct for any text, and never slow.

import { describe, expect, it } from "vitest";
import { InputError } from "../../lib/model/errors.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { matches, matchesAny } from "../../lib/policy/values/globs.ts";
import { templateProblem } from "../../lib/policy/values/name-template.ts";
import fc from "../support/random.ts";
import { nastyText, runs } from "./arbitraries.ts";

/**
 * Twice the length may take four times as long, plus noise. Exponential time exceeds this by far.
 */
const WORST_RATIO = 16;

/** The shortest of five measurements, in milliseconds: other load on the machine only adds time. */
function quickest(work: () => unknown): number {
  const once = () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  };
  return Math.min(...Array.from({ length: 5 }, once));
}

const SLOW: [string, (n: number) => [glob: string, text: string]][] = [
  ["stars between letters, and an end that does not match", (n) => [`${"*a".repeat(n)}*b`, "a".repeat(2 * n)]],
  ["stars only", (n) => ["*".repeat(n), "a".repeat(n)]],
  ["stars, then an end that does not match", (n) => [`${"*".repeat(n)}b`, "a".repeat(n)]],
  ["stars and question marks", (n) => [`${"*?".repeat(n)}b`, "a".repeat(2 * n)]],
  ["nearly the text, repeatedly", (n) => [`*${"a".repeat(n)}b`, "a".repeat(2 * n)]],
  ["backslashes", (n) => [`*${"\\*".repeat(n)}b`, "*".repeat(2 * n)]],
];

describe("a glob that is built to be slow", () => {
  it.each(SLOW)("takes at most quadratic time: %s", (_, make) => {
    const cost = (n: number) => {
      const [glob, text] = make(n);
      return quickest(() => {
        expect(matches(glob, text)).toBe(glob === "*".repeat(n));
      });
    };
    cost(100);
    expect(cost(2000) / Math.max(0.2, cost(1000))).toBeLessThan(WORST_RATIO);
  });

  it("is decided for every name of 60 equal letters", () => {
    for (const letter of ["a", "网", "🔥"]) {
      for (let stars = 1; stars <= 60; stars++) {
        expect(matches(`*${letter}`.repeat(stars), letter.repeat(60))).toBe(true);
        expect(matches(`${`*${letter}`.repeat(stars)}b`, letter.repeat(60))).toBe(false);
      }
    }
  });

  it("has at most 256 characters in a policy", () => {
    const policy = (glob: string) =>
      parsePolicy(
        JSON.stringify({
          version: 1,
          policies: [{ name: "p", from: ["ap-tokyo"], to: ["ap-seoul"], select: { name: [glob] } }],
        }),
        "p",
      );
    expect(policy("*a".repeat(128)).policies).toHaveLength(1);
    expect(() => policy("*".repeat(257))).toThrow(InputError);
    expect(() => policy("*a".repeat(100_000))).toThrow("longer than 256 characters");
  });
});

describe("a glob of any text", () => {
  const escape = (text: string) => text.replace(/[\\*?]/g, "\\$&");

  it("matches the text that it was made from, and never throws", () => {
    fc.assert(
      fc.property(nastyText, nastyText, nastyText, (a, b, c) => {
        expect(matches(escape(a), a)).toBe(true);
        expect(matches(`*${escape(b)}*`, `x${b}y`)).toBe(true);
        expect(matchesAny([`!*${escape(a)}*`], `x${a}`)).toBe(false);
        expect(typeof matches(a + c, b)).toBe("boolean");
      }),
      runs(500),
    );
  });
});

describe("a template that is built to be slow", () => {
  it.each(["{{", "}}", "{{ ", "{{x", "{{ name", "{{name}}", "{"])("takes at most linear time: %j", (part) => {
    const cost = (n: number) => quickest(() => expect(templateProblem(part.repeat(n))).toBeDefined());
    cost(1000);
    expect(cost(200_000) / Math.max(0.2, cost(100_000))).toBeLessThan(WORST_RATIO);
  });
});
