import { describe, expect, it } from "vitest";
import { parseExamples, tryExample } from "../../../lib/core/policy/examples.ts";
import { parsePolicy } from "../../../lib/core/policy/policy.ts";
import { InputError } from "../../../lib/errors.ts";
import { NOW } from "../../support/builders.ts";

const POLICY = `version: 1
regions: { apac: [ap-tokyo, ap-seoul] }
policies:
  - name: golden
    from: [ap-guangzhou]
    select: { name: ["golden-*"], tags: { release: approved }, newest: 1, minAge: 1h }
    to: [ap-shanghai, ap-tokyo]
    copy: { regions: { ap-shanghai: { encrypt: true } } }
  - { name: base, from: [ap-guangzhou], select: { type: shared, creator: ["100000000002"], newest: 1 }, to: [ap-beijing] }
`;
const { policies, groups } = parsePolicy(POLICY, "policy.yaml");

const run = (tests: string) =>
  parseExamples(`tests:\n${tests}`, "tests.yaml", policies, groups, NOW).map((example) =>
    tryExample(example, policies, NOW),
  );
const problems = (source: string): string[] => {
  try {
    parseExamples(source, "tests.yaml", policies, groups, NOW);
  } catch (error) {
    if (error instanceof InputError) return error.message.split("\n");
    throw error;
  }
  return [];
};
const GOLDEN = "region: ap-guangzhou, name: golden-web, tags: { release: approved }";

describe("examples of a policy", () => {
  it("hold, or are told with what came instead, and why", () => {
    const results = run(`
  - { image: { ${GOLDEN} }, regions: [ap-shanghai] }
  - { name: too young, image: { ${GOLDEN}, age: 30m }, regions: [] }
  - { name: no tag, image: { region: ap-guangzhou, name: golden-web }, policy: golden, regions: [apac, "!ap-seoul"] }
  - { name: too many, image: { ${GOLDEN} }, regions: [] }
  - { name: shared, image: { region: ap-guangzhou, name: x, type: shared, creator: 100000000002 }, policy: base, regions: [ap-guangzhou, ap-beijing] }
`);
    expect(results.map(({ name, ok, got }) => [name, ok, got])).toEqual([
      ["golden-web in ap-guangzhou", true, ["ap-shanghai"]],
      ["too young", true, []],
      ["no tag", false, []],
      ["too many", false, ["ap-shanghai"]],
      ["shared", true, ["ap-guangzhou", "ap-beijing"]],
    ]);
    expect(results[2]?.reasons).toEqual([
      'ap-tokyo is missing: golden: the tag release is missing; the policy asks for "approved"',
    ]);
    expect(results[3]?.reasons).toEqual(["ap-shanghai is too many: policy golden wants it"]);
  });

  it("say of a destination that is blocked what blocks it", () => {
    const [result] = run(`  - { image: { ${GOLDEN} }, regions: [ap-shanghai, ap-tokyo] }`);
    expect(result?.reasons).toEqual([
      expect.stringContaining("ap-tokyo is missing: ap-guangzhou → ap-tokyo crosses the border"),
    ]);
  });

  it("are refused with everything that is wrong, with its place", () => {
    expect(
      problems(`tests:
  - image: { region: ap-guangzhoo, nam: x, sizeGiB: big }
    regions: ap-tokyo
  - { image: { region: ap-guangzhou, name: x }, regions: [], expect: 1 }
`).map((line) => line.slice(0, 60)),
    ).toEqual(
      [
        'tests.yaml:2:22: tests[0].image.region: "ap-guangzhoo" is no',
        "tests.yaml:2:12: tests[0].image.name: is missing; it must be",
        "tests.yaml:2:53: tests[0].image.sizeGiB: must be a number of ",
        "tests.yaml:2:36: tests[0].image.nam: unknown key; did you mea",
        "tests.yaml:3:14: tests[0].regions: must be a list of regions ",
        "tests.yaml:4:62: tests[1].expect: unknown key; allowed here a",
      ].map((line) => line.slice(0, 60)),
    );
    expect(
      problems("tests:\n  - { image: { region: ap-guangzhou, name: x }, policy: gold, regions: [nowhere] }\n"),
    ).toEqual([
      expect.stringContaining('tests[0].regions: "nowhere" is no known region or group'),
      expect.stringContaining('tests[0].policy: there is no policy "gold"; there are golden, base'),
    ]);
    expect(problems("")).toEqual(["tests.yaml: is empty; it must hold a list of `tests`"]);
    expect(problems("tests: []")).toEqual([expect.stringContaining("a list of at least one example")]);
  });
});
