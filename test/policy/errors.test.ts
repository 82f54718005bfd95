import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { type Fields, file, KEY, PLAIN, problems } from "./files.ts";

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
    [
      "a map that is only switched on",
      { prune: true },
      "prune: must be a map such as { delete: true, minAge: 7d }, not",
    ],
    [
      "an account id that is too long for a number",
      { copy: { shareWith: [12345678901234567890n] } },
      "put it in quotes: a number loses leading zeros",
    ],
    ["an account that is no list", { copy: { shareWith: 100000000003 } }, 'not 100000000003; write ["100000000003"]'],
    ["drift that is ignored", { onDrift: "ignore" }, "onDrift: must be repair or report"],
  ])("is found: %s", (_, policy, text) => {
    expect(problems(file(policy))).toEqual([expect.stringContaining(text)]);
  });

  it("in the name of a key for encryption names the right one, and that it is missing", () => {
    const encrypt = { kmsKey: KEY };
    for (const copy of [{ encrypt }, { regions: { "ap-shanghai": { encrypt } } }]) {
      expect(problems(file({ copy }))).toEqual([
        expect.stringContaining("encrypt.kmsKeyId: is missing"),
        expect.stringContaining('encrypt.kmsKey: unknown key; did you mean "kmsKeyId"?'),
      ]);
    }
  });

  it("of keys and shares is none where no copy is made, or none that is encrypted", () => {
    const to = ["ap-guangzhou", "ap-shanghai"];
    const encrypt = { kmsKeyId: KEY };
    const shareWith = ["100000000003"];
    expect(problems(file({ to, copy: { encrypt } }))).toEqual([]);
    expect(problems(file({ to, copy: { shareWith, regions: { "ap-guangzhou": { encrypt } } } }))).toEqual([]);
    expect(problems(file({ copy: { encrypt, shareWith, regions: { "ap-shanghai": { encrypt: false } } } }))).toEqual(
      [],
    );
    expect(problems(file({ copy: { encrypt, shareWith: [] } }))).toEqual([]);
    // Of a shared image there is a copy in its own region, too.
    const select = { type: "shared", creator: ["1"], newest: 1 };
    expect(problems(file({ to, select, copy: { encrypt } }))).toEqual([
      expect.stringContaining("this one is for ap-guangzhou, ap-shanghai"),
    ]);
  });

  it("of too many tags counts those of a region, too", () => {
    const tags = (prefix: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [prefix + i, "x"]));
    const set = (everywhere: number, there: number) => {
      const regions = { "ap-shanghai": { tags: { set: tags("there-", there) } } };
      return problems(file({ copy: { tags: { set: tags("t-", everywhere) }, regions } }));
    };
    expect(set(40, 5)).toEqual([]);
    expect(set(40, 6)).toEqual([
      expect.stringContaining("copy.regions.ap-shanghai.tags.set: holds 46 tags; at most 45 are allowed"),
    ]);
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
    [
      "a price without end",
      { prices: { currency: "CNY", snapshotGiBMonth: { default: Number.POSITIVE_INFINITY } } },
      "must be a price, a number from 0, not Infinity",
    ],
    ["prices without a currency", { prices: { snapshotGiBMonth: {} } }, "prices.currency: is missing"],
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
