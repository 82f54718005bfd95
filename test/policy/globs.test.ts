import { describe, expect, it } from "vitest";
import { fullText } from "../../lib/model/messages/define.ts";
import { globProblem, matches, matchesAny } from "../../lib/policy/values/globs.ts";
import fc from "../support/random.ts";

describe("matches", () => {
  it.each([
    ["golden-*", "golden-web"],
    ["golden-*", "golden-"],
    ["golden-*", "golden-a/b/c"],
    ["*", ""],
    ["**", "x"],
    ["*-test", "a-test-test"],
    ["a*b*c", "a1b2b3c"],
    ["?", "中"],
    ["?", "🎉"],
    ["img-??", "img-01"],
    ["\\*", "*"],
    ["a\\?b", "a?b"],
    ["\\\\", "\\"],
    ["\\!x", "!x"],
    ["a.c", "a.c"],
    ["", ""],
  ])("%j matches %j", (glob, text) => {
    expect(matches(glob, text)).toBe(true);
  });

  it.each([
    ["golden-*", "Golden-web"],
    ["golden-*", "my-golden-web"],
    ["golden", "golden-web"],
    ["?", ""],
    ["??", "a"],
    ["\\*", "x"],
    ["a.c", "abc"],
    ["*a", "ab"],
    ["a*b*c", "acb"],
    ["", "x"],
  ])("%j does not match %j", (glob, text) => {
    expect(matches(glob, text)).toBe(false);
  });

  it("agrees with the equivalent regular expression", () => {
    const glob = fc.array(fc.constantFrom("*", "?", "a", "b"), { maxLength: 8 }).map((parts) => parts.join(""));
    const text = fc.array(fc.constantFrom("a", "b"), { maxLength: 10 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(glob, text, (g, t) => {
        expect(matches(g, t)).toBe(new RegExp(`^${g.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(t));
      }),
      { numRuns: 2000 },
    );
  });

  it("is quick where a regular expression would be slow", () => {
    const start = performance.now();
    expect(matches("*a".repeat(100), `${"a".repeat(5000)}b`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe("matchesAny", () => {
  it.each<[string[], string, boolean]>([
    [[], "x", true],
    [["a*", "b*"], "bc", true],
    [["a*", "b*"], "cc", false],
    [["a*", "!*-test"], "a-test", false],
    [["!*-test", "a*"], "a-test", false],
    [["!*-test"], "anything", true],
    [["!*-test"], "a-test", false],
    [["\\!a"], "!a", true],
  ])("%j on %j: %s", (globs, text, expected) => {
    expect(matchesAny(globs, text)).toBe(expected);
  });
});

describe("globProblem", () => {
  it.each(["golden-*", "a?b", "\\{a\\}", "\\\\", "中文*", "a b", "\\!x", "🔥".repeat(256)])("accepts %j", (glob) => {
    expect(globProblem(glob)).toBeUndefined();
  });

  it.each([
    ["", "matches no name"],
    ["!", "matches no name"],
    ["a\\", "ends with \\"],
    ["golden-{web,api}", "contains {"],
    ["golden-[ab]", "contains ["],
    ["a}", "contains }"],
    ["a|b", "contains |"],
    ["x".repeat(257), "longer than 256"],
    ["🔥".repeat(257), "longer than 256"],
  ])("refuses %j", (glob, text) => {
    expect(globProblem(glob)?.text).toContain(text);
  });
});

describe("a regular expression in place of a glob", () => {
  const told = (glob: string) => {
    const problem = globProblem(glob);
    return problem && [problem.code, fullText(problem)];
  };

  it.each([
    ["^golden-.*$", "(^ .* $)", "golden-*"],
    ["!^golden-.*", "(^ .*)", "!golden-*"],
    [".*-test", "(.*)", "*-test"],
    ["golden-.+", "(.+)", "golden-*"],
    ["golden-[0-9]+", "([0-9]+)", "golden-*"],
    ["golden-[0-9]{4}-web", "([0-9]{4)", "golden-*-web"],
    ["golden-\\d", "(\\d)", "golden-?"],
    ["v1\\.2-\\w+", "(\\w)", "v1.2-*"],
  ])("%s is refused, and %s and %s are named", (glob, signs, meant) => {
    expect(told(glob)).toEqual([
      "glob-regular-expression",
      expect.stringContaining(`looks like a regular expression ${signs}`),
    ]);
    expect(told(glob)?.[1]).toContain(`; write ${JSON.stringify(meant)}`);
    expect(globProblem(meant)).toBeUndefined();
  });

  it.each(["golden-(web|db)", "(?i)golden", "(ab)+", "^", "$"])(
    "%s is refused without a glob that it means",
    (glob) => {
      expect(told(glob)?.[1]).toContain("; write one glob for each alternative, or \\ before");
    },
  );

  it.each(["golden-1.*", "golden.*", "golden (v2)", "c++", "a+b", "\\^a", "a\\$", "\\.\\*", "a.b-*", "$a", "a^"])(
    "%s is a glob",
    (glob) => {
      expect(globProblem(glob)).toBeUndefined();
    },
  );
});
