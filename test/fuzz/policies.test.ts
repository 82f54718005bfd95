// Random and slow policy files: each gives policies or an InputError.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { InputError } from "../../lib/model/errors.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { compilePolicies, readCompiledPolicies } from "../../lib/policy/compiled.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import fc from "../support/random.ts";
import { changed, json, mutations, nastyText, runs } from "./arbitraries.ts";
import { policyFile } from "./policy-arbitraries.ts";

const EXAMPLE = readFileSync(new URL("../../policy.example.yaml", import.meta.url), "utf8");
const SMALL = "version: 1\npolicies: [{ name: p, from: [ap-guangzhou], to: [ap-tokyo] }]\n";

/**
 * The policies of a text, or undefined if it is refused properly: with at most
 * 101 problems, each with its place.
 */
function policiesOf(text: string): Policy[] | undefined {
  try {
    const { policies, warnings } = parsePolicy(text, "p.yaml");
    for (const { where } of warnings) expect(where).toMatch(/^p\.yaml:\d+:\d+$/);
    return policies;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    expect(error.problems.length).toBeLessThanOrEqual(101);
    for (const { where, text } of error.problems) {
      expect(where).toMatch(/^p\.yaml(:\d+:\d+)?$/);
      expect(text).not.toBe("");
    }
    return undefined;
  }
}

const refused = (text: string) => expect(policiesOf(text)).toBeUndefined();

/**
 * Pieces with a meaning in YAML, such as tags, anchors, merge keys, directives, documents and block
 * texts.
 */
const PIECES = [
  "version: 1\n",
  "policies:\n",
  "  - name: a\n",
  "    from: [all]\n",
  "    to: &r [ap-tokyo]\n",
  "defaults: { attempts: 5 }\n",
  "*r",
  "&r ",
  "<<: *r\n",
  "? ",
  ": ",
  "- ",
  "\t",
  "\r\n",
  "\r",
  "\ufeff",
  "---\n",
  "...\n",
  "%YAML 1.1\n---\n",
  "%TAG ! tag:x,2000:\n---\n",
  "!!js/function 'function () { throw 1 }'",
  "!!js/undefined ''",
  "!!binary aGk=",
  "!!timestamp 2026-01-01",
  "!!set {a, b}",
  "!!omap [a: 1]",
  "!!map [",
  "!!str ",
  "!!int x",
  "!local {}",
  "0x1f",
  "0o17",
  "1e999",
  "-.inf",
  ".nan",
  "99999999999999999999",
  "1_000",
  "0b1",
  "12:30:45",
  "2026-02-30",
  "~",
  "yes",
  "__proto__: { enabled: false }\n",
  "constructor: {}\n",
  "|\n  x\n",
  ">-9\n x\n",
  '"\\ud83d"',
  '"\\x1b"',
  "'",
  '"',
  "{",
  "}",
  "[",
  "]",
  ",",
  "#",
  "\u0000",
  "\u2028",
  "\ud800",
] as const;

describe("a policy file of random text", () => {
  it("gives policies or an InputError with places, whatever pieces of YAML it consists of", () => {
    const text = fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 6 }), nastyText), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, fc.boolean(), (parts, after) => {
        policiesOf((after ? SMALL : "") + parts.join(""));
      }),
      runs(1000),
    );
  });

  it("gives policies or an InputError if the example is cut or changed", () => {
    const place = fc.nat(EXAMPLE.length);
    const edit = fc.record({ at: place, length: fc.nat(40), put: fc.oneof(fc.constantFrom(...PIECES), nastyText) });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        policiesOf(edits.reduce((t, { at, length, put }) => t.slice(0, at) + put + t.slice(at + length), EXAMPLE));
      }),
      runs(120),
    );
  });

  it("gives the same policies with CRLF or a byte order mark, and is refused with tabs before keys", () => {
    const { policies } = parsePolicy(EXAMPLE, "p.yaml");
    expect(policiesOf(EXAMPLE.replaceAll("\n", "\r\n"))).toEqual(policies);
    expect(policiesOf(`\ufeff${EXAMPLE}`)).toEqual(policies);
    refused(EXAMPLE.replaceAll("\n  ", "\n\t"));
  });

  it.each([
    ["function", "!!js/function 'function () {}'"],
    ["undefined", "!!js/undefined ''"],
    ["python", "!!python/object/apply:os.system ['id']"],
    ["local", "!secret x"],
    ["binary", "!!binary aGk="],
  ])("never evaluates a tag: %s", (_, value) => {
    refused(
      `version: 1\npolicies: [{ name: p, from: [ap-guangzhou], to: [ap-tokyo], select: { family: ${value} } }]\n`,
    );
  });

  it.each(["name", "family", "platform", "creator"])("is refused if %s is a map with the key length", (key) => {
    for (const length of ["{ toString: x }", "0", "5", "[]"]) {
      refused(SMALL.replace("to:", `select: { ${key}: { length: ${length} } }, to:`));
    }
  });

  it("does not pollute the prototype of objects", () => {
    refused(`${SMALL}__proto__: { enabled: false }\n`);
    refused(`${SMALL}defaults: { "__proto__": { enabled: false } }\n`);
    refused(`${SMALL}defaults: { constructor: { prototype: { enabled: false } } }\n`);
    policiesOf(`${SMALL}regions: { constructor: [ap-tokyo], toString: [constructor], hasOwnProperty: [all] }\n`);
    expect(({} as { enabled?: boolean }).enabled).toBeUndefined();
    const [{ to } = { to: [] }] =
      policiesOf(`${SMALL.replace("[ap-tokyo]", "[constructor]")}regions: { constructor: [ap-seoul] }\n`) ?? [];
    expect(to).toEqual(["ap-seoul"]);
    refused(SMALL.replace("[ap-tokyo]", "[toString]"));
  });
});

describe("a policy of random structure", () => {
  it("gives the same policies in every notation: blocks, flow, JSON, quotes", () => {
    let valid = 0;
    let all = 0;
    fc.assert(
      fc.property(policyFile, (contents) => {
        const read = policiesOf(JSON.stringify(contents));
        all += 1;
        if (read) valid += 1;
        expect(policiesOf(stringify(contents))).toEqual(read);
        expect(policiesOf(stringify(contents, { defaultStringType: "QUOTE_DOUBLE", indent: 4 }))).toEqual(read);
        expect(policiesOf(stringify(contents, { collectionStyle: "flow", lineWidth: 0 }))).toEqual(read);
      }),
      runs(60),
    );
    expect(valid / all, "share of valid files").toBeGreaterThan(0.2);
  });

  it("is the same after it was compiled into a package", () => {
    let valid = 0;
    let all = 0;
    fc.assert(
      fc.property(policyFile, (contents) => {
        const text = stringify(contents);
        all += 1;
        if (!policiesOf(text)) return;
        valid += 1;
        const { policies, prices } = parsePolicy(text, "p.yaml");
        const compiled = compilePolicies({ policies, ...(prices && { prices }) }, "1.2.3");
        const loaded = readCompiledPolicies(compiled, "policy.json", "1.2.3");
        // Vitest takes a tag `constructor` for the type of an object.
        expect(isDeepStrictEqual(loaded, { policies, prices }), compiled).toBe(true);
      }),
      runs(200),
    );
    expect(valid / all, "share of valid files").toBeGreaterThan(0.2);
  });

  it("gives policies or an InputError if parts of it are replaced by random values", () => {
    fc.assert(
      fc.property(policyFile, mutations, json, (contents, changes, more) => {
        policiesOf(stringify(changed(contents, changes)));
        policiesOf(stringify({ ...contents, more }));
      }),
      runs(120),
    );
  });
});

describe("a policy file that is built to be slow", () => {
  const list = (number: number, entry: (index: number) => string) =>
    Array.from({ length: number }, (_, i) => entry(i)).join("");
  const withTo = (to: string) => `version: 1\npolicies: [{ name: p, from: [all], to: ${to} }]\n`;
  const MOST = 250_000;
  const bombs: [string, () => string][] = [
    ["aliases of one value", () => `${SMALL}x: &a 1\ny: [${"*a,".repeat(MOST / 4)}]\n`],
    ["aliases of aliases", () => list(60, (i) => `a${i}: &a${i} [${`*a${i - 1},`.repeat(i ? 10 : 0)}]\n`)],
    [
      "anchors, each repeated once",
      () => `${SMALL}x: [${list(MOST / 20, (i) => `&a${i} [x],`)}]\ny: [${list(MOST / 20, (i) => `*a${i},`)}]\n`,
    ],
    [
      "a long list that is repeated",
      () => `${SMALL}x: &a [${"x,".repeat(4_500)}]\npolicies: [${"{ to: *a },".repeat(99)}]\n`,
    ],
    ["unknown keys", () => SMALL + list(MOST / 10, (i) => `k${i}: 1\n`)],
    ["as many unknown keys as there may be values", () => SMALL + list(4_900, (i) => `k${i}: 1\n`)],
    ["the same key", () => SMALL + "k: 1\n".repeat(MOST / 6)],
    ["unknown regions", () => withTo(`[${"x,".repeat(MOST / 3)}]`)],
    ["as many regions as there may be values", () => withTo(`[${"ap-tokio,".repeat(4_900)}]`)],
    [
      "a template of braces",
      () => `version: 1\ndefaults: { copy: { name: "${"{{".repeat(MOST / 3)}" } }\npolicies: []\n`,
    ],
    [
      "a glob of backslashes",
      () => `version: 1\ndefaults: { select: { name: ["${"\\\\".repeat(MOST / 3)}"] } }\npolicies: []\n`,
    ],
    [
      "groups of groups",
      () => `${SMALL}regions:\n${list(100, (i) => `  g${i}: [${list(90, (j) => `g${(i + j + 1) % 100},`)}]\n`)}`,
    ],
    ["lists in lists", () => `${SMALL}x: ${"[".repeat(MOST / 8)}${"]".repeat(MOST / 8)}\n`],
    ["maps in maps", () => `${SMALL}x: ${"{a: ".repeat(MOST / 16)}`],
    ["keys in keys", () => `${SMALL}${"? ".repeat(MOST / 3)}`],
    ["syntax errors", () => "]\n".repeat(MOST / 10)],
    ["documents", () => "---\n".repeat(MOST / 5)],
    ["comments", () => "#\n".repeat(MOST / 2)],
    ["a long number", () => `version: ${"9".repeat(MOST)}\n`],
    ["a long word", () => `version: 1\n${"x".repeat(MOST)}: 1\n`],
    ["open quotes", () => `version: '${"''".repeat(MOST / 2)}\n`],
  ];

  // Without the limits some of these took longer than the time limit of a test.
  it.each(bombs)("is refused in time: %s", (_, text) => {
    refused(text());
  });
});
