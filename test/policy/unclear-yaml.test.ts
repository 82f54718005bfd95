// Texts and numbers that YAML does not read as they are meant: signs outside quotes, other digits.
import { describe, expect, it } from "vitest";
import { InputError } from "../../lib/model/errors.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";

const file = (more: string) => `version: 1
policies:
  - name: p
    from: [ap-guangzhou]
    select: { newest: 1 }
    to: [ap-tokyo]
    ${more}
`;

/** The problems as code and text. */
function problemsOf(text: string): string[] {
  try {
    parsePolicy(text, "p.yaml");
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map((problem) => `${problem.where}: ${problem.text}`);
  }
}

describe("a text that begins with a sign of YAML", () => {
  it.each([
    ["copy: { name: *golden }", 19, "*golden"],
    ["copy: { name: *-test-* }", 19, "*-test-*"],
    ["names: [*]", 13, "*"],
    ["names: [golden-*, *-test]", 23, "*-test"],
    ["names: [golden-*, !*-test]", 23, "!*-test"],
    ["from: [all, !ap-beijing]", 17, "!ap-beijing"],
    ["copy: { name: !x }", 19, "!x"],
    ["copy: { name: @x }", 19, "@x"],
    ["copy: { name: `x` }", 19, "`x`"],
    ["copy: { name: %x } # why", 19, "%x"],
  ])("%s is refused once, with the text in quotes", (more, column, text) => {
    const sign = text.charAt(0);
    expect(problemsOf(file(more))).toContain(
      `p.yaml:7:${column}: ${text} begins with ${sign}, which has a meaning of its own in YAML; put it in quotes: ${JSON.stringify(text)}`,
    );
    expect(problemsOf(file(more)).filter((problem) => problem.startsWith("p.yaml:7:"))).toHaveLength(1);
  });

  // YAML reads `! ap-tokyo` as the text ap-tokyo.
  it("is refused if a space follows the !, which YAML would drop", () => {
    for (const list of ["[all, ! ap-tokyo]", "[all, !\t'ap-tokyo']"]) {
      const [problem = ""] = problemsOf(file("").replace("[ap-tokyo]", list));
      expect(problem).toContain("begins with !, which has a meaning of its own in YAML; put it in quotes: ");
    }
    expect(problemsOf(file("copy: { tags: { set: { a: ! } } }"))).toHaveLength(1);
  });

  it.each(["{{name}}", "{{name}}-x", "{{ region }}-x"])("is refused if it is the template %s", (template) => {
    for (const text of [`copy: { name: ${template} }`, `copy:\n      name: ${template}`])
      expect(problemsOf(file(text))).toEqual([
        expect.stringContaining(`{, which begins a map in YAML; put the text in quotes: ${JSON.stringify(template)}`),
      ]);
  });

  it("is accepted in quotes, and so are anchors that are used, and standard tags", () => {
    expect(problemsOf(file(`copy: { name: "{{name}}-*" }`))).toEqual([]);
    expect(problemsOf(file(`copy: { tags: { set: { a: &x "!*", b: *x, c: !!str 7 } } }`))).toEqual([]);
    expect(problemsOf(file(`copy: { name: "{{name}}"x }`))[0]).not.toContain("which begins a map");
  });
});

describe("a number that YAML reads as another one", () => {
  it.each([
    ["0100000000003", "100000000003", true],
    ["12345678901234567890", "12345678901234567000", false],
    ["1e11", "100000000000", true],
    ["0x174876E803", "100000000003", true],
    ["0o17", "15", true],
  ])("%s is refused as an account id, once", (source, value, isExact) => {
    const otherwise = isExact ? `; otherwise write ${value}` : "";
    const text = `${source} is read as the number ${value}; put it in quotes if it is an id or a text: "${source}"${otherwise}`;
    expect(problemsOf(file(`copy: { shareWith: [${source}] }`))).toEqual([`p.yaml:7:25: ${text}`]);
    expect(problemsOf(file(`copy: { tags: { set: { ${source}: x } } }`))).toEqual([expect.stringContaining(text)]);
  });

  it.each(["5", "+5", "1.50", "0.5", "5.0", "1e-1"])("%s is a number like any other", (source) => {
    const text = `prices: { currency: CNY, snapshotGiBMonth: { default: ${source} } }\n${file("")}`;
    expect(problemsOf(text)).toEqual([]);
  });
});
