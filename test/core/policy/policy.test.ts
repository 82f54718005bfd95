import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { policyJsonSchema } from "../../../lib/core/policy/json-schema.ts";
import { parsePolicy } from "../../../lib/core/policy/policy.ts";
import { InputError } from "../../../lib/errors.ts";

const example = readFileSync(new URL("../../../policy.example.yaml", import.meta.url), "utf8");

/** Everything that is wrong, a line each; none if the file can be read. */
function problems(text: string): string[] {
  try {
    parsePolicy(text, "p.yaml");
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message.split("\n");
  }
}

const PLAIN = { name: "p", from: ["ap-guangzhou"], to: ["ap-shanghai"], select: { newest: 3 } };
type Fields = Record<string, unknown>;
const file = (policy: Fields, top: Fields = {}) =>
  stringify({ version: 1, ...top, policies: [{ ...PLAIN, ...policy }] });
const parsed = (policy: Fields, top: Fields = {}) => parsePolicy(file(policy, top), "p.yaml").policies[0];
const warnings = (policy: Fields) => parsePolicy(file(policy), "p.yaml").warnings.map((warning) => warning.text);

describe("the example", () => {
  it("is valid, without a warning", () => {
    expect(parsePolicy(example, "policy.example.yaml").warnings).toEqual([]);
  });

  it("sends golden images to eight other regions, and shared ones to two", () => {
    const [golden, base] = parsePolicy(example, "policy.example.yaml").policies;
    expect(golden?.to.filter((region) => region !== "ap-guangzhou")).toHaveLength(8);
    expect(golden).toMatchObject({ from: ["ap-guangzhou"], crossBorder: "approved", select: { type: "custom" } });
    expect(base).toMatchObject({
      from: ["ap-guangzhou"],
      to: ["ap-shanghai", "ap-beijing"],
      select: { type: "shared", creator: ["100000000002"], name: ["base-*"] },
    });
  });
});

const KEY = "01234567-89ab-cdef-0123-456789abcdef";

describe("a policy file", () => {
  it("fills in what is not said", () => {
    expect(parsed({ select: undefined })).toEqual({
      name: "p",
      enabled: true,
      from: ["ap-guangzhou"],
      select: { type: "custom" },
      to: ["ap-shanghai"],
      crossBorder: "never",
      copy: {
        name: "{{name}}",
        tags: { inherit: true, set: {} },
        family: "inherit",
        publish: "each",
        shareWith: [],
        encrypt: false,
        regions: {},
      },
      existing: "block",
      attempts: 5,
      stuckAfter: 3_600_000,
      prune: { minAge: 7 * 86_400_000, delete: false },
      onDrift: "repair",
    });
  });

  it("takes everything that there is", () => {
    const select = {
      type: "shared",
      name: ["a-*", "!a-b"],
      tags: { release: "approved", stage: ["x", "y"] },
      platform: ["Ubuntu"],
      architecture: ["arm"],
      family: "f",
      creator: ["100000000002", 100000000003],
      createdAfter: "2026-01-01",
      minAge: "10m",
      newest: 3,
      not: { name: ["*-debug"], tags: { replicate: "no" } },
    };
    const copy = {
      name: "{{name}}-{{date}}",
      description: "ours",
      tags: { inherit: false, set: { env: "prod" } },
      family: "golden",
      publish: "together",
      regions: { "ap-shanghai": { encrypt: { kmsKeyId: KEY }, tags: { set: { env: "dr" } } } },
    };
    const rest = { enabled: false, crossBorder: "approved", existing: "adopt", maxSizeGiB: 200, attempts: 20 };
    const prune = { minAge: "1d", delete: true };
    expect(parsed({ select, copy, ...rest, stuckAfter: "90s", prune, onDrift: "report" })).toEqual({
      name: "p",
      from: ["ap-guangzhou"],
      to: ["ap-shanghai"],
      select: {
        ...select,
        tags: { release: ["approved"], stage: ["x", "y"] },
        creator: ["100000000002", "100000000003"],
        createdAfter: Date.UTC(2026, 0, 1),
        minAge: 600_000,
        not: { name: ["*-debug"], tags: { replicate: ["no"] } },
      },
      copy: { ...copy, shareWith: [], encrypt: false },
      ...rest,
      stuckAfter: 90_000,
      prune: { minAge: 86_400_000, delete: true },
      onDrift: "report",
    });
  });

  it("merges defaults below a policy: maps are merged, lists and single values replaced", () => {
    const defaults = {
      attempts: 9,
      to: ["ap-beijing"],
      select: { name: ["d-*"], tags: { a: "1", b: "1" }, newest: 7 },
      copy: { tags: { set: { x: "1", y: "1" } } },
    };
    const policy = parsed(
      { select: { tags: { b: "2" } }, copy: { tags: { set: { y: "2" } } }, to: undefined },
      { defaults },
    );
    expect(policy).toMatchObject({
      attempts: 9,
      to: ["ap-beijing"],
      select: { name: ["d-*"], tags: { a: ["1"], b: ["2"] }, newest: 7 },
      copy: { tags: { set: { x: "1", y: "2" } } },
    });
    expect(parsed({ to: ["ap-tokyo"] }, { defaults })?.to).toEqual(["ap-tokyo"]);
  });

  it("resolves groups and takes out what has a !", () => {
    const regions = { apac: ["ap-tokyo", "ap-seoul"], far: ["apac", "na-ashburn"] };
    expect(parsed({ to: ["far", "!ap-seoul"] }, { regions })?.to).toEqual(["ap-tokyo", "na-ashburn"]);
  });

  it.each([
    ["2026-03-01T08:00:00Z", Date.UTC(2026, 2, 1, 8)],
    ["2026-03-01T08:00+08:00", Date.UTC(2026, 2, 1)],
    ["2024-02-29", Date.UTC(2024, 1, 29)],
  ])("reads the time %s", (createdAfter, millis) => {
    expect(parsed({ select: { createdAfter } })?.select.createdAfter).toBe(millis);
  });

  it("may use anchors, also where a mistake is in what is repeated", () => {
    const text = (region: string) => `version: 1
policies:
  - { name: a, from: [ap-guangzhou], to: &far [${region}], crossBorder: approved, select: { newest: 1 } }
  - { name: b, from: [ap-guangzhou], to: *far, crossBorder: approved, select: { newest: 1 } }
`;
    expect(parsePolicy(text("ap-tokyo"), "p.yaml").policies.map((policy) => policy.to)).toEqual([
      ["ap-tokyo"],
      ["ap-tokyo"],
    ]);
    expect(problems(text("ap-tokio"))).toHaveLength(2);
  });

  it("may say what is so anyway", () => {
    const copy = { description: "inherit", family: "inherit", encrypt: false, publish: "each", shareWith: [] };
    expect(parsed({ copy })).toEqual(parsed({}));
  });

  it("may want no family, keys of a region, and accounts as numbers, each once", () => {
    expect(parsed({ copy: { family: false } })?.copy).not.toHaveProperty("family");
    expect(parsed({ copy: { encrypt: true } })?.copy.encrypt).toEqual({});
    const defaults = { copy: { encrypt: { kmsKeyId: KEY } } };
    expect(parsed({ copy: { encrypt: false } }, { defaults })?.copy.encrypt).toBe(false);
    const shareWith = [100000000003, "100000000003", "100000000004"];
    expect(parsed({ copy: { shareWith } })?.copy.shareWith).toEqual(["100000000003", "100000000004"]);
  });

  it("may name prices", () => {
    const prices = { currency: "CNY", snapshotGiBMonth: { default: 0.12, "ap-tokyo": 0 } };
    expect(parsePolicy(file({}, { prices }), "p.yaml").prices).toEqual(prices);
    expect(parsePolicy(file({}), "p.yaml")).not.toHaveProperty("prices");
  });
});

describe("a mistake", () => {
  it("is named with file, line, column, field, value and what is allowed", () => {
    const text = "version: 1\npolicies:\n  - name: p\n    from: [ap-guangzhou]\n    to: [ap-tokyo]\n    attempts: 30\n";
    expect(problems(text)).toEqual(["p.yaml:6:15: policies[0].attempts: must be a whole number from 1 to 20, not 30"]);
  });

  it("hides no other: all are named, in the order of the file", () => {
    const text = `version: "1"
regions:
  near: [ap-shanghia]
defualts: {}
policies:
  - name: a b
    from: ap-guangzhou
    to: ["!ap-tokyo"]
    select: { type: sharde, minage: 3m, name: ["a{b}"] }
    copy: { tags: { set: { "qcs:a": b, n: 1 } } }
    prune: {}
  - name: two
    from: [ap-nowhere-at-all]
    select: { type: shared }
  - name: two
`;
    expect(problems(text).map((line) => line.split(": ").slice(0, 2).join(": "))).toEqual([
      "p.yaml:1:10: version",
      "p.yaml:3:10: regions.near[0]",
      "p.yaml:4:1: defualts",
      "p.yaml:6:11: policies[0].name",
      "p.yaml:7:11: policies[0].from",
      "p.yaml:9:21: policies[0].select.type",
      "p.yaml:9:29: policies[0].select.minage",
      "p.yaml:9:48: policies[0].select.name[0]",
      'p.yaml:10:28: policies[0].copy.tags.set["qcs:a"]',
      "p.yaml:10:43: policies[0].copy.tags.set.n",
      "p.yaml:12:5: policies[1].to",
      "p.yaml:13:12: policies[1].from[0]",
      "p.yaml:14:21: policies[1].select.type",
      "p.yaml:15:5: policies[2].from",
      "p.yaml:15:5: policies[2].to",
      "p.yaml:15:11: policies[2].name",
    ]);
  });

  it("in the defaults is named once, not once for each policy", () => {
    const text = stringify(
      {
        version: 1,
        defaults: { to: ["ap-tokio"] },
        policies: ["a", "b"].map((name) => ({ ...PLAIN, name, to: undefined })),
      },
      { keepUndefined: false },
    );
    expect(problems(text)).toEqual([expect.stringContaining("defaults.to[0]")]);
  });

  it.each<[string, Fields, string]>([
    ["an unknown key", { stuckafter: "1h" }, 'policies[0].stuckafter: unknown key; did you mean "stuckAfter"?'],
    ["a key like no other", { zzzzzz: 1 }, "unknown key; allowed here are name, enabled, from, select, to,"],
    ["an unknown key further in", { copy: { tags: { inherits: true } } }, 'did you mean "inherit"?'],
    ["yes", { enabled: "yes" }, 'must be true or false, not "yes"; write true'],
    ["off", { enabled: "off" }, 'must be true or false, not "off"; write false'],
    ["a number in quotes", { attempts: "5" }, 'not "5"; write it without quotes'],
    ["a fraction", { attempts: 1.5 }, "must be a whole number from 1 to 20, not 1.5"],
    ["no attempts", { attempts: 0 }, "must be a whole number from 1 to 20, not 0"],
    ["newest 0", { select: { newest: 0 } }, "policies[0].select.newest: must be a whole number from 1, not 0"],
    ["text for a list", { to: "ap-tokyo" }, 'not "ap-tokyo"; write ["ap-tokyo"]'],
    ["an empty list", { to: [] }, "not an empty list"],
    ["nothing", { select: null }, "policies[0].select: must be a map, not empty"],
    ["a list for a map", { select: [] }, "must be a map, not an empty list"],
    ["a number for text", { select: { tags: { release: 2026 } } }, "not 2026; put it in quotes"],
    ["a number in a list", { select: { tags: { release: ["a", 1] } } }, "select.tags.release[1]: must be text, not 1"],
    ["a misspelt choice", { crossBorder: "nevr" }, 'must be never or approved, not "nevr"; did you mean "never"?'],
    ["a bad name", { name: "a/b" }, "policies[0].name: must be letters, digits"],
    ["a length of time without a unit", { stuckAfter: 10 }, "must be a length of time such as 90s, 10m, 2h or 7d"],
    ["a fraction of a time", { stuckAfter: "1.5h" }, 'not "1.5h"'],
    ["no time at all", { stuckAfter: "0s" }, "more than none"],
    ["a time beyond all measure", { select: { minAge: "999999999d" } }, "must be a length of time"],
    ["a day that is none", { select: { createdAfter: "2026-02-30" } }, '"2026-02-30" is on no calendar'],
    ["a time without a zone", { select: { createdAfter: "2026-02-03T08:00:00" } }, "must be a date such as 2026-01-01"],
    ["a glob with braces", { select: { name: ["a{b,c}"] } }, "holds {"],
    ["a lone !", { select: { name: ["!"] } }, '"!" matches no name at all'],
    ["a ! under not", { select: { not: { name: ["!a"] } } }, "is under `not` already"],
    [
      "an unknown region",
      { to: ["ap-tokio"] },
      'policies[0].to[0]: "ap-tokio" is no known region or group; did you mean',
    ],
    ["a retired region", { from: ["ap-mumbai"] }, 'policies[0].from[0]: "ap-mumbai" is retired'],
    ["only regions to take out", { to: ["!ap-tokyo"] }, "policies[0].to: only takes regions out"],
    ["nothing left", { to: ["ap-tokyo", "!outside"] }, "policies[0].to: names no region in the end"],
    ["shared without creator", { select: { type: "shared" } }, "select.type: shared needs select.creator"],
    [
      "no account id",
      { select: { creator: ["me"] } },
      'must be an account id, digits in quotes, such as "100000000002", not "me"',
    ],
    ["an account id that is no exact number", { select: { creator: [1e21] } }, "digits in quotes"],
    ["a placeholder that is none", { copy: { name: "{{nmae}}" } }, "holds {{nmae}}, which is none of {{name}}"],
    ["a name that never fits", { copy: { name: `{{name}}${"x".repeat(60)}` } }, "gives a name that has 61 characters"],
    [
      "a reserved tag key",
      { copy: { tags: { set: { "cvm-replicator:root": "x" } } } },
      "beginning with cvm-replicator: are reserved",
    ],
    ["the vendor's tag key", { copy: { tags: { set: { "QCS:a": "x" } } } }, "beginning with qcs: are reserved"],
    [
      "a long tag key",
      { copy: { tags: { set: { [`k${"x".repeat(127)}`]: "x" } } } },
      "is a tag key of 128 characters; 1 to 127",
    ],
    ["a long tag value", { copy: { tags: { set: { k: "x".repeat(256) } } } }, "must be text of at most 255 characters"],
    [
      "a family that is none",
      { copy: { family: true } },
      "copy.family: must be inherit, false or the name of a family",
    ],
    ["a family that is too long", { copy: { family: "x".repeat(61) } }, "at most 60 characters"],
    ["a long description", { copy: { description: "x".repeat(257) } }, "at most 256 characters"],
    ["a description of two lines", { copy: { description: "a\nb" } }, "must be inherit, or a text"],
    ["another way to publish", { copy: { publish: "both" } }, "copy.publish: must be each or together"],
    ["accounts that are none", { copy: { shareWith: ["me"] } }, "copy.shareWith[0]: must be an account id"],
    [
      "too many accounts",
      { copy: { shareWith: Array.from({ length: 501 }, (_, i) => String(i + 1)) } },
      "must be a list of at most 500 account ids",
    ],
    ["a key that is none", { copy: { encrypt: { kmsKeyId: "mine" } } }, "must be the id of a key, such as 01234567-"],
    [
      "an encrypted image that is to be shared",
      { copy: { encrypt: true, shareWith: ["100000000003"] } },
      "the cloud shares no encrypted image, and the copies in ap-shanghai are to be encrypted",
    ],
    [
      "one that is encrypted in one region only",
      { copy: { regions: { "ap-shanghai": { encrypt: true } }, shareWith: ["100000000003"] } },
      "the cloud shares no encrypted image",
    ],
    [
      "one key for two regions",
      { to: ["ap-shanghai", "ap-beijing"], copy: { encrypt: { kmsKeyId: KEY } } },
      "a key belongs to one region, and this one is for ap-shanghai, ap-beijing",
    ],
    [
      "what differs in no region",
      { copy: { regions: { "ap-shangai": { encrypt: true } } } },
      '"ap-shangai" is no region; did you mean "ap-shanghai"?',
    ],
    ["what differs in a group", { copy: { regions: { mainland: { encrypt: true } } } }, '"mainland" is no region'],
    ["an age without its unit", { prune: { minAge: 7 } }, "prune.minAge: must be a length of time"],
    ["drift that is ignored", { onDrift: "ignore" }, "onDrift: must be repair or report"],
  ])("is found: %s", (_, policy, text) => {
    expect(problems(file(policy))).toEqual([expect.stringContaining(text)]);
  });

  it("of too many tags counts those of the defaults", () => {
    const tags = (prefix: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [prefix + i, "x"]));
    const set = (own: number, inherited: number) =>
      problems(
        file(
          { copy: { tags: { set: tags("own-", own) } } },
          { defaults: { copy: { tags: { set: tags("d-", inherited) } } } },
        ),
      );
    expect(set(40, 5)).toEqual([]);
    expect(set(40, 6)).toEqual([expect.stringContaining("holds 46 tags; at most 45 are allowed")]);
  });

  it.each<[string, Fields, string]>([
    ["another version", { version: 2 }, "p.yaml:1:10: version: must be 1, not 2"],
    ["no version", { version: undefined }, "version: is missing; it must be 1"],
    ["no policies", { policies: undefined }, "policies: is missing; it must be a list of at least one policy"],
    [
      "an empty list of policies",
      { policies: [] },
      "policies: must be a list of at least one policy, not an empty list",
    ],
    ["a name in the defaults", { defaults: { name: "x" } }, "defaults.name: each policy has a name of its own"],
    ["prices", { prices: { currency: "CNY", snapshotGiBMonth: { default: -1 } } }, "must be a price, a number from 0"],
    ["prices", { prices: { currency: "CNY", snapshotGiBMonth: { "ap-tokio": 1 } } }, 'did you mean "ap-tokyo"'],
    ["accounts", { accounts: {} }, "accounts: not carried out yet"],
    ["a group that is built in", { regions: { all: ["ap-tokyo"] } }, 'regions.all: "all" is built in'],
    [
      "a group that leads back",
      { regions: { a: ["b"], b: ["a"] } },
      "regions.b[0]: the group leads back to itself: a → b → a",
    ],
    [
      "too many groups",
      { regions: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`g${i}`, ["all"]])) },
      "regions: holds 101 groups",
    ],
  ])("is found at the top: %s", (_, top, text) => {
    const whole = stringify({ version: 1, policies: [PLAIN], ...top }, { keepUndefined: false });
    expect(problems(whole)).toEqual([expect.stringContaining(text)]);
  });

  it("in several policies of one name is found", () => {
    const text = stringify({ version: 1, policies: [PLAIN, { ...PLAIN, name: "q" }, PLAIN] });
    expect(problems(text)).toEqual([
      expect.stringMatching(/policies\[2\]\.name: "p" is the name of policies\[0\] already/),
    ]);
  });
});

describe("a text that is no policy file", () => {
  it.each([
    ["nothing", "", "p.yaml: is empty"],
    ["comments only", "# nothing\n", "p.yaml: is empty"],
    ["a list", "- a\n", "p.yaml:1:1: must be a map, not a list"],
    ["a word", "hello\n", 'p.yaml:1:1: must be a map, not "hello"'],
    ["broken YAML", "version: 1\npolicies: [\n", "p.yaml:3:1: "],
    ["a tab", "version: 1\npolicies:\n\t- name: x\n", "p.yaml:3:1: Tabs are not allowed as indentation"],
    ["two documents", "version: 1\n---\nversion: 1\n", "p.yaml:2:1: "],
    ["an unknown tag", "version: !include x\n", "p.yaml:1:10: Unresolved tag: !include"],
    ["a key without a name", "? [a]\n: b\n", "p.yaml:1:3: a key must be text"],
    ["a merge key", "a: &a { x: 1 }\nb: { <<: *a }\n", "p.yaml:2:6: merge keys (<<) are not supported"],
    ["a __proto__ key", "version: 1\n__proto__: { x: 1 }\n", "p.yaml:2:1: __proto__ cannot be used as a key"],
    ["an alias for nothing", "version: *nobody\n", "p.yaml:1:10: *nobody repeats nothing"],
    ["an alias within itself", "version: 1\npolicies: &a [*a]\n", "p.yaml:2:15: *a stands inside of what it repeats"],
    ["NUL characters", "version: 1\0", "is no text file"],
    ["a huge file", `# ${"x".repeat(1_048_576)}`, "larger than 256 KiB"],
    ["deep nesting", "[".repeat(100_000), "p.yaml: is nested too deeply"],
  ])("is refused: %s", (_, text, problem) => {
    expect(problems(text)[0]).toContain(problem);
  });

  it("is refused when it unfolds into something huge", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 12; i++)
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(", ")}]`);
    expect(problems(lines.join("\n"))).toEqual([expect.stringContaining("holds more than 5000 values")]);
  });

  it("names a key that is written twice, and everything else that is wrong", () => {
    expect(problems(`${file({})}version: 1\nfoo: 1\n`)).toEqual([
      expect.stringMatching(/this key is written twice/),
      expect.stringMatching(/foo: unknown key/),
    ]);
  });

  it("never makes it fail in any other way", () => {
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

describe("warnings", () => {
  it.each<[string, Fields, string]>([
    ["every old image is copied", { select: {} }, "neither select.newest nor select.createdAfter"],
    ["the policy is disabled", { enabled: false }, "is disabled"],
    ["only the source's own region is named", { to: ["ap-guangzhou"] }, "names no region but the source's own"],
    [
      "everything is across the border",
      { to: ["outside"] },
      "only regions across the border while crossBorder is never",
    ],
    ["an architecture is unknown", { select: { newest: 1, architecture: ["x86-64"] } }, '"x86-64" is no architecture'],
  ])("say when %s", (_, policy, text) => {
    expect(warnings(policy)).toEqual([expect.stringContaining(text)]);
  });

  it("are not given where all is well", () => {
    expect(warnings({ select: { createdAfter: "2026-01-01" } })).toEqual([]);
    expect(warnings({ to: ["all"] })).toEqual([]);
    expect(warnings({ to: ["outside"], crossBorder: "approved" })).toEqual([]);
    const select = { type: "shared", creator: ["1"], newest: 1 };
    expect(warnings({ to: ["ap-guangzhou"], select })).toEqual([]);
  });

  it("name the place", () => {
    const [warning] = parsePolicy(file({ enabled: false }), "p.yaml").warnings;
    expect(warning).toMatchObject({
      where: expect.stringMatching(/^p\.yaml:\d+:\d+$/) as string,
      field: "policies[0].enabled",
    });
  });
});

describe("policy.schema.json", () => {
  const schema = JSON.parse(readFileSync(new URL("../../../policy.schema.json", import.meta.url), "utf8")) as Fields;

  it("is up to date (else: npx tsx deploy/policy-schema.ts && npx biome format --write policy.schema.json)", () => {
    expect(schema).toEqual(policyJsonSchema());
  });

  it("describes every key that a person may write", () => {
    const missing: string[] = [];
    const walk = (node: unknown, path: string) => {
      if (typeof node !== "object" || node === null) return;
      const { properties, items, additionalProperties, anyOf } = node as Fields;
      for (const [key, inner] of Object.entries((properties ?? {}) as Record<string, Fields>)) {
        if (typeof inner["description"] !== "string") missing.push(`${path}.${key}`);
        walk(inner, `${path}.${key}`);
      }
      for (const inner of [items, additionalProperties, ...((anyOf ?? []) as unknown[])]) walk(inner, `${path}[]`);
    };
    walk(schema, "");
    expect(missing).toEqual([]);
  });

  it("is named in the example", () => {
    expect(example.split("\n")[0]).toBe("# yaml-language-server: $schema=./policy.schema.json");
  });
});
