import { describe, expect, it } from "vitest";
import { InputError } from "../../lib/model/errors.ts";
import { tryExample } from "../../lib/plan/desired/try-examples.ts";
import { parseExamples } from "../../lib/policy/parse-examples.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { NOW } from "../support/builders.ts";

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
  parseExamples(`tests:\n${tests}`, "t.yaml", { policies, groups }, NOW).map((example) =>
    tryExample(example, policies, NOW),
  );
const problems = (source: string): string[] => {
  try {
    parseExamples(source, "t.yaml", { policies, groups }, NOW);
  } catch (error) {
    if (error instanceof InputError) return error.message.split("\n");
    throw error;
  }
  return [];
};
const GOLDEN = "region: ap-guangzhou, name: golden-web, tags: { release: approved }";

describe("examples of a policy", () => {
  it("hold, or are reported with the actual regions and the reasons", () => {
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
      'ap-tokyo is missing: golden: the tag release is missing; the policy selects "approved"',
    ]);
    expect(results[3]?.reasons).toEqual(["ap-shanghai is not expected: copied there by policy golden"]);
  });

  it("say why a destination is blocked", () => {
    const [result] = run(`  - { image: { ${GOLDEN} }, regions: [ap-shanghai, ap-tokyo] }`);
    expect(result?.reasons).toEqual([
      expect.stringContaining("ap-tokyo is missing: ap-guangzhou → ap-tokyo crosses the border"),
    ]);
  });

  it.each<[string, string, string[]]>([
    [
      "the image itself is in the region",
      "{ region: ap-shanghai, name: x }, policy: golden, regions: [ap-shanghai]",
      ['ap-shanghai is missing: an image gets no copy in its own region; expect "!ap-shanghai"'],
    ],
    [
      "no policy has the region in from",
      "{ region: ap-beijing, name: golden-x }, regions: [ap-shanghai]",
      ["ap-shanghai is missing: golden: ap-beijing is not in `from`"],
    ],
    [
      "the image has another type",
      "{ region: ap-guangzhou, name: golden-x }, regions: [ap-beijing]",
      ["ap-beijing is missing: base: the image is custom, but select.type is shared"],
    ],
    [
      "no policy has the region in to",
      `{ ${GOLDEN} }, regions: [ap-shanghai, ap-nanjing]`,
      ["ap-nanjing is missing: no policy lists it in `to`"],
    ],
    [
      "the policy does not have the region in to",
      `{ ${GOLDEN} }, policy: golden, regions: [ap-shanghai, ap-beijing]`,
      ["ap-beijing is missing: policy golden does not list it in `to`"],
    ],
    [
      "a shared image gets an intermediate copy",
      "{ region: ap-guangzhou, name: x, type: shared, creator: '100000000002' }, regions: [ap-beijing]",
      ["ap-guangzhou is not expected: a shared image is first copied within its own region, for policy base"],
    ],
    [
      "the creator is not trusted",
      "{ region: ap-guangzhou, name: x, type: shared, creator: '100000000009' }, regions: [ap-beijing]",
      [
        'ap-beijing is missing: base: account "100000000009" created the image; the policy selects images of "100000000002"',
      ],
    ],
    [
      "the image is deprecated",
      `{ ${GOLDEN}, deprecated: true }, regions: [ap-shanghai]`,
      ["ap-shanghai is missing: golden: the image is deprecated"],
    ],
    [
      "the image is too young",
      `{ ${GOLDEN}, age: 0s }, regions: [ap-shanghai]`,
      [expect.stringContaining("ap-shanghai is missing: golden: the image must be at least 1h old")],
    ],
  ])("say why: %s", (_, example, reasons) => {
    expect(run(`  - { image: ${example} }`)[0]?.reasons).toEqual(reasons);
  });

  it("hold for an unfinished image and for an old one", () => {
    const [unfinished, old] = run(`
  - { image: { ${GOLDEN}, state: CREATING }, regions: [ap-shanghai] }
  - { image: { ${GOLDEN}, createdAt: 2020-01-01 }, regions: [ap-shanghai] }`);
    expect([unfinished?.ok, old?.ok]).toEqual([true, true]);
  });

  it("name a destination once, even if it has two copies", () => {
    const twice = POLICY.replace(
      "policies:",
      "policies:\n  - { name: plain, from: [ap-guangzhou], to: [ap-shanghai], copy: { name: plain-copy } }",
    );
    const both = parsePolicy(twice, "policy.yaml").policies;
    const [example] = parseExamples(
      `tests: [{ image: { ${GOLDEN} }, regions: [] }]`,
      "t.yaml",
      { policies: both, groups },
      NOW,
    );
    const result = example && tryExample(example, both, NOW);
    expect(result?.reasons).toEqual(["ap-shanghai is not expected: copied there by policies plain, golden"]);
  });

  it("say that a policy is disabled", () => {
    const disabled = policies.map((policy) => ({ ...policy, enabled: false }));
    const [example] = parseExamples(
      `tests: [{ image: { ${GOLDEN} }, regions: [ap-shanghai] }]`,
      "t",
      { policies: disabled, groups },
      NOW,
    );
    expect(example && tryExample(example, disabled, NOW).reasons).toEqual([
      "ap-shanghai is missing: golden: the policy is disabled",
    ]);
  });

  it("are refused with all problems and their places", () => {
    expect(
      problems(`tests:
  - image: { region: ap-guangzhoo, nam: x, sizeGiB: big, creator: me, age: 5, createdAt: 2026-02-30 }
    regions: ap-tokyo
  - { image: { region: ap-guangzhou, name: { length: 0 }, type: public }, regions: [nowhere], expect: 1 }
  - { image: { region: mainland, name: x, age: 1h, createdAt: 2026-02-03 }, policy: goldn, regions: ["!ap-tokyo"] }
`),
    ).toEqual([
      "t.yaml:2:12: tests[0].image.name: is missing; it must be the name of the image",
      't.yaml:2:22: tests[0].image.region: "ap-guangzhoo" is not a region; did you mean "ap-guangzhou"?',
      't.yaml:2:36: tests[0].image.nam: unknown key; did you mean "name"?',
      't.yaml:2:53: tests[0].image.sizeGiB: must be a number of GiB, not "big"',
      expect.stringContaining(
        'tests[0].image.creator: must be an account id: 5 to 20 digits in quotes, such as "100000000002", not "me"',
      ),
      expect.stringContaining("tests[0].image.age: must be a duration such as 90s, 10m, 2h or 7d, not 5; add a unit"),
      expect.stringContaining('tests[0].image.createdAt: "2026-02-30" is not a valid date'),
      't.yaml:3:14: tests[0].regions: must be a list of regions and groups, or [] for none, not "ap-tokyo"; write ["ap-tokyo"]',
      expect.stringContaining("tests[1].image.name: must be the name of the image, not a map"),
      expect.stringContaining('tests[1].image.type: must be custom or shared, not "public"'),
      expect.stringContaining('tests[1].regions[0]: "nowhere" is not a known region or group'),
      expect.stringContaining("tests[1].expect: unknown key; allowed keys are name, image, policy, regions"),
      expect.stringContaining('tests[2].image.region: "mainland" is not a region'),
      expect.stringContaining("tests[2].image.age: cannot be combined with createdAt"),
      expect.stringContaining('tests[2].policy: there is no policy "goldn"; did you mean "golden"?'),
      expect.stringContaining("tests[2].regions: only excludes regions"),
    ]);
    expect(problems("tests: [{ image: { region: ap-tokyo, name: x }, regions: [], policy: zzz }]")).toEqual([
      expect.stringContaining('there is no policy "zzz"; the policies are golden, base'),
    ]);
  });

  it.each([
    ["an empty file", "", "t.yaml: is empty; it must contain a list of `tests`"],
    ["no examples", "tests: []", "tests: must be a list of at least one example, not an empty list"],
    ["a list", "- a", "must be a map, not a list"],
    ["a key that is written twice", "tests: 1\ntests: []", "this key is written twice"],
  ])("are refused: %s", (_, source, text) => {
    expect(problems(source).join("\n")).toContain(text);
  });
});
