import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import fc from "../support/random.ts";
import { file, problems } from "./files.ts";

describe("a text that is not a policy file", () => {
  it.each([
    ["an empty text", "", "p.yaml: is empty"],
    ["comments only", "# nothing\n", "p.yaml: is empty"],
    ["a list", "- a\n", "p.yaml:1:1: must be a map, not a list"],
    ["a word", "hello\n", "p.yaml:1:1: must be a map, not text"],
    ["broken YAML", "version: 1\npolicies: [\n", "p.yaml:3:1: "],
    ["a missing quote", 'version: "1\n', "p.yaml:2:1: a character is missing: a quote,"],
    ["a value that begins with @", "version: @x\n", "p.yaml:1:10: @x begins with @, which has a meaning"],
    ["a tab", "version: 1\npolicies:\n\t- name: x\n", "p.yaml:3:1: tabs are not allowed as indentation"],
    ["two documents", "version: 1\n---\nversion: 1\n", "p.yaml:2:1: "],
    [
      "an unknown tag",
      "version: !include x\n",
      "p.yaml:1:10: !include x begins with !, which has a meaning of its own in YAML; put it in quotes",
    ],
    ["a key without a name", "? [a]\n: b\n", "p.yaml:1:3: a key must be text"],
    ["a merge key", "a: &a { x: 1 }\nb: { <<: *a }\n", "p.yaml:2:6: merge keys (<<) are not supported"],
    ["a __proto__ key", "version: 1\n__proto__: { x: 1 }\n", "p.yaml:2:1: __proto__ cannot be used as a key"],
    [
      "an alias without an anchor",
      "a: &a 1\nversion: *none\n",
      '*none repeats nothing; put it in quotes if it is a text: "*none"; to repeat a value, put &none',
    ],
    ["an alias within itself", "version: 1\npolicies: &a [*a]\n", "p.yaml:2:15: *a stands inside the value &a that"],
    ["NUL characters", "version: 1\0", "is not a text file"],
    ["a huge file", `# ${"x".repeat(1_048_576)}`, "larger than 256 KiB"],
    ["deep nesting", "[".repeat(100_000), "p.yaml: is nested too deeply"],
  ])("is refused: %s", (_, text, problem) => {
    expect(problems(text)[0]).toContain(problem);
  });

  it("is refused if it unfolds into a huge one", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 12; i++)
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(", ")}]`);
    expect(problems(lines.join("\n"))).toEqual([expect.stringContaining("contains more than 5000 values")]);
  });

  it("reports a key that is written twice, and all other problems", () => {
    expect(problems(`${file({})}version: 1\nfoo: 1\n`)).toEqual([
      expect.stringMatching(/this key is written twice/),
      expect.stringMatching(/foo: unknown key/),
    ]);
  });

  it("never causes an error other than InputError", () => {
    const keys = fc.constantFrom(
      "name",
      "from",
      "to",
      "select",
      "tags",
      "copy",
      "regions",
      "defaults",
      "policies",
      "set",
      "creator",
      "version",
      "type",
    );
    const values = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom("ap-tokyo", "!all", "shared", "1h"),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        values,
        fc.dictionary(keys, tie("value")),
        fc.array(tie("value"), { maxLength: 3 }),
      ),
    }));
    const top = fc.record({
      version: fc.constant(1),
      policies: fc.array(fc.dictionary(keys, value), { minLength: 1, maxLength: 2 }),
      defaults: value,
      regions: value,
    });
    fc.assert(
      fc.property(top, (contents) => {
        for (const problem of problems(stringify(contents))) expect(problem).toMatch(/^p\.yaml(:\d+:\d+)?: /);
      }),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab: -[]{}&*!|>\"'#\n\t?,1") }), (text) => {
        expect(Array.isArray(problems(text))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
