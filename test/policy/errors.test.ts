import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { type Fields, file, KEY, PLAIN, problems } from "./files.ts";

describe("a problem in a policy file", () => {
  it("is reported with file, line, column, field, value and what is allowed", () => {
    const text = "version: 1\npolicies:\n  - name: p\n    from: [ap-guangzhou]\n    to: [ap-tokyo]\n    attempts: 30\n";
    expect(problems(text)).toEqual(["p.yaml:6:15: policies[0].attempts: must be a whole number from 1 to 20, not 30"]);
  });

  it("hides no other: all are reported, in the order of the file", () => {
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
    from: [nowhere-at-all]
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

  it("in the defaults is reported once, not once for each policy", () => {
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
    ["a key similar to no other", { zzzzzz: 1 }, "unknown key; allowed keys are name, enabled, from, select, to,"],
    ["an unknown key further in", { copy: { tags: { inherits: true } } }, 'did you mean "inherit"?'],
    ["yes", { enabled: "yes" }, 'must be true or false, not "yes"; write true'],
    ["off", { enabled: "off" }, 'must be true or false, not "off"; write false'],
    ["a number in quotes", { attempts: "5" }, 'not "5"; write it without quotes'],
    ["a fraction", { attempts: 1.5 }, "must be a whole number from 1 to 20, not 1.5"],
    ["no attempts", { attempts: 0 }, "must be a whole number from 1 to 20, not 0"],
    ["newest 0", { select: { newest: 0 } }, "policies[0].select.newest: must be a whole number, at least 1, not 0"],
    ["text for a list", { to: "ap-tokyo" }, 'not "ap-tokyo"; write ["ap-tokyo"]'],
    ["an empty list", { to: [] }, "not an empty list"],
    ["no value", { select: null }, "policies[0].select: must be a map, not empty"],
    ["a list for a map", { select: [] }, "must be a map, not an empty list"],
    ["a number for text", { select: { tags: { release: 2026 } } }, "not 2026; put it in quotes"],
    ["a number in a list", { select: { tags: { release: ["a", 1] } } }, "select.tags.release[1]: must be text, not 1"],
    ["a misspelt choice", { crossBorder: "nevr" }, 'must be never or approved, not "nevr"; did you mean "never"?'],
    ["a bad name", { name: "a/b" }, "policies[0].name: must be letters, digits"],
    ["a duration without a unit", { stuckAfter: 10 }, "2h or 7d, greater than 0, not 10; add a unit"],
    ["a fraction of a duration", { stuckAfter: "1.5h" }, 'not "1.5h"'],
    ["a zero duration", { stuckAfter: "0s" }, "greater than 0"],
    ["a duration that is too long", { select: { minAge: "999999999d" } }, "must be a duration"],
    ["a day that does not exist", { select: { createdAfter: "2026-02-30" } }, '"2026-02-30" is not a valid date'],
    ["a time without a zone", { select: { createdAfter: "2026-02-03T08:00:00" } }, "must be a date such as 2026-01-01"],
    [
      "a glob with braces",
      { select: { name: ["a{b,c}"] } },
      '"a{b,c}" contains {, which globs do not support; write one entry for each alternative',
    ],
    ["a lone !", { select: { name: ["!"] } }, '"!" matches no name'],
    ["a ! under not", { select: { not: { name: ["!a"] } } }, '"!a" begins with !, but everything under `not`'],
    [
      "an unknown region",
      { to: ["ap-tokio"] },
      'policies[0].to[0]: "ap-tokio" is not a known region or group; did you mean',
    ],
    ["a retired region", { from: ["ap-mumbai"] }, 'policies[0].from[0]: "ap-mumbai" is retired'],
    ["only exclusions", { to: ["!ap-tokyo"] }, "policies[0].to: only excludes regions; add"],
    ["no region left", { to: ["ap-tokyo", "!outside"] }, "policies[0].to: excludes every region that it names"],
    ["shared without creator", { select: { type: "shared" } }, "select.type: shared requires select.creator; list"],
    [
      "a word as account id",
      { select: { creator: ["me"] } },
      'must be an account id: 5 to 20 digits in quotes, such as "100000000002", not "me"',
    ],
    ["an account id that is not an exact number", { select: { creator: [1e21] } }, "digits in quotes"],
    [
      "an unknown placeholder",
      { copy: { name: "{{nmae}}" } },
      "contains {{nmae}}, which is not a placeholder; allowed are {{name}}",
    ],
    [
      "a name that never fits",
      { copy: { name: `{{name}}${"x".repeat(60)}` } },
      "produces a name that has 61 characters",
    ],
    [
      "a reserved tag key",
      { copy: { tags: { set: { "cvm-replicator:root": "x" } } } },
      '"cvm-replicator:root" is not allowed: tag keys that begin with cvm-replicator: are reserved',
    ],
    [
      "the vendor's tag key",
      { copy: { tags: { set: { "QCS:a": "x" } } } },
      '"QCS:a" is not allowed: tag keys that begin with qcs: are reserved',
    ],
    [
      "a long tag key",
      { copy: { tags: { set: { [`k${"x".repeat(127)}`]: "x" } } } },
      "has 128 characters; a tag key must have 1 to 127",
    ],
    ["a long tag value", { copy: { tags: { set: { k: "x".repeat(256) } } } }, "must be text of at most 255 characters"],
    ["true as a family", { copy: { family: true } }, "copy.family: must be inherit, false or the name of a family"],
    ["a family that is too long", { copy: { family: "x".repeat(61) } }, "at most 60 characters"],
    ["a long description", { copy: { description: "x".repeat(257) } }, "at most 256 characters"],
    ["a description of two lines", { copy: { description: "a\nb" } }, "must be inherit, or text"],
    ["an unknown way to publish", { copy: { publish: "both" } }, "copy.publish: must be each or together"],
    ["a word as account", { copy: { shareWith: ["me"] } }, "copy.shareWith[0]: must be an account id"],
    [
      "too many accounts",
      { copy: { shareWith: Array.from({ length: 501 }, (_, i) => String(i + 1)) } },
      "must be a list of at most 500 account ids",
    ],
    ["an invalid KMS key", { copy: { encrypt: { kmsKeyId: "mine" } } }, "must be the id of a key, such as 01234567-"],
    [
      "encrypted copies that are shared",
      { copy: { encrypt: true, shareWith: ["100000000003"] } },
      "Tencent Cloud does not share encrypted images, but the copies in ap-shanghai are encrypted",
    ],
    [
      "shared copies that are encrypted in one region only",
      { copy: { regions: { "ap-shanghai": { encrypt: true } }, shareWith: ["100000000003"] } },
      "Tencent Cloud does not share encrypted images",
    ],
    [
      "one key for two regions",
      { to: ["ap-shanghai", "ap-beijing"], copy: { encrypt: { kmsKeyId: KEY } } },
      "a KMS key belongs to one region, but this key is set for ap-shanghai, ap-beijing; set the key of each region",
    ],
    [
      "settings of an unknown region",
      { copy: { regions: { "ap-shangai": { encrypt: true } } } },
      '"ap-shangai" is not a region; did you mean "ap-shanghai"?',
    ],
    ["settings of a group", { copy: { regions: { mainland: { encrypt: true } } } }, '"mainland" is not a region'],
    ["an age without its unit", { prune: { minAge: 7 } }, "prune.minAge: must be a duration"],
    [
      "a map with a length instead of a list",
      { copy: { shareWith: { length: [{ toString: "" }] } } },
      "copy.shareWith: must be a list of at most 500 account ids",
    ],
    ["true for a map", { prune: true }, "prune: must be a map such as { delete: true, minAge: 7d }, not"],
    ["an account instead of a list", { copy: { shareWith: 100000000003 } }, 'not 100000000003; write ["100000000003"]'],
    ["an unknown reaction to drift", { onDrift: "ignore" }, "onDrift: must be repair or report"],
  ])("is reported: %s", (_, policy, text) => {
    expect(problems(file(policy))).toEqual([expect.stringContaining(text)]);
  });

  it("in the key of `encrypt` names the right key, and says that it is missing", () => {
    const encrypt = { kmsKey: KEY };
    for (const copy of [{ encrypt }, { regions: { "ap-shanghai": { encrypt } } }]) {
      expect(problems(file({ copy }))).toEqual([
        expect.stringContaining("encrypt.kmsKeyId: is missing"),
        expect.stringContaining('encrypt.kmsKey: unknown key; did you mean "kmsKeyId"?'),
      ]);
    }
  });

  it("of keys and shares is not reported where no copy is made, or no copy is encrypted", () => {
    const to = ["ap-guangzhou", "ap-shanghai"];
    const encrypt = { kmsKeyId: KEY };
    const shareWith = ["100000000003"];
    expect(problems(file({ to, copy: { encrypt } }))).toEqual([]);
    expect(problems(file({ to, copy: { shareWith, regions: { "ap-guangzhou": { encrypt } } } }))).toEqual([]);
    expect(problems(file({ copy: { encrypt, shareWith, regions: { "ap-shanghai": { encrypt: false } } } }))).toEqual(
      [],
    );
    expect(problems(file({ copy: { encrypt, shareWith: [] } }))).toEqual([]);
    // A shared image gets a copy in its own region, too.
    const select = { type: "shared", creator: ["100000000002"], newest: 1 };
    expect(problems(file({ to, select, copy: { encrypt } }))).toEqual([
      expect.stringContaining("this key is set for ap-guangzhou, ap-shanghai"),
    ]);
  });

  it("of too many tags counts the tags of a region, too", () => {
    const tags = (prefix: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [prefix + i, "x"]));
    const set = (everywhere: number, inRegion: number) => {
      const regions = { "ap-shanghai": { tags: { set: tags("r-", inRegion) } } };
      return problems(file({ copy: { tags: { set: tags("t-", everywhere) }, regions } }));
    };
    expect(set(40, 4)).toEqual([]);
    expect(set(40, 5)).toEqual([
      expect.stringContaining("copy.regions.ap-shanghai.tags.set: sets 45 tags; at most 44 are allowed"),
    ]);
  });

  it("of too many tags counts the tags of the defaults", () => {
    const tags = (prefix: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [prefix + i, "x"]));
    const set = (own: number, inherited: number) =>
      problems(
        file(
          { copy: { tags: { set: tags("own-", own) } } },
          { defaults: { copy: { tags: { set: tags("d-", inherited) } } } },
        ),
      );
    expect(set(40, 4)).toEqual([]);
    expect(set(40, 5)).toEqual([expect.stringContaining("sets 45 tags; at most 44 are allowed")]);
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
    [
      "a name in the defaults",
      { defaults: { name: "x" } },
      "defaults.name: is not allowed in defaults, because policy names are unique; give each policy",
    ],
    [
      "an infinite price",
      { prices: { currency: "CNY", snapshotGiBMonth: { default: Number.POSITIVE_INFINITY } } },
      "must be a price: a number, at least 0, not Infinity",
    ],
    ["prices without a currency", { prices: { snapshotGiBMonth: {} } }, "prices.currency: is missing"],
    [
      "prices",
      { prices: { currency: "CNY", snapshotGiBMonth: { default: -1 } } },
      "must be a price: a number, at least 0",
    ],
    ["prices", { prices: { currency: "CNY", snapshotGiBMonth: { "ap-tokio": 1 } } }, 'did you mean "ap-tokyo"'],
    ["accounts", { accounts: {} }, "accounts: is not supported in this version (reserved for a later one); remove it"],
    [
      "a built-in group",
      { regions: { all: ["ap-tokyo"] } },
      'regions.all: "all" is a built-in group and cannot be changed',
    ],
    [
      "a group that contains itself",
      { regions: { a: ["b"], b: ["a"] } },
      "regions.b[0]: the group contains itself: a → b → a",
    ],
    [
      "too many groups",
      { regions: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`g${i}`, ["all"]])) },
      "regions: contains 101 groups; at most 100",
    ],
  ])("is reported at the top: %s", (_, top, text) => {
    const whole = stringify({ version: 1, policies: [PLAIN], ...top }, { keepUndefined: false });
    expect(problems(whole)).toEqual([expect.stringContaining(text)]);
  });

  it("with two policies of one name is reported", () => {
    const text = stringify({ version: 1, policies: [PLAIN, { ...PLAIN, name: "q" }, PLAIN] });
    expect(problems(text)).toEqual([
      expect.stringMatching(/policies\[2\]\.name: "p" is already the name of policies\[0\]/),
    ]);
  });
});
