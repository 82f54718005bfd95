import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { file, KEY, parsed, problems } from "./files.ts";

describe("a policy file", () => {
  it("gets the default for every key that is absent", () => {
    expect(parsed({ select: undefined })).toEqual({
      name: "p",
      enabled: true,
      from: ["ap-guangzhou"],
      select: { type: "custom" },
      to: ["ap-shanghai"],
      crossBorder: "never",
      declaredSides: {},
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

  it("may contain every key", () => {
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
      maxAge: "90d",
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
    const prune = {
      ...{ minAge: "1d", delete: true, last: true, shared: "delete" },
      ...{ keep: 3, deprecateAfter: "12h", templateVersions: "default" },
    };
    expect(parsed({ select, copy, ...rest, stuckAfter: "90s", prune, onDrift: "report" })).toEqual({
      name: "p",
      from: ["ap-guangzhou"],
      to: ["ap-shanghai"],
      declaredSides: {},
      select: {
        ...select,
        tags: { release: ["approved"], stage: ["x", "y"] },
        creator: ["100000000002", "100000000003"],
        createdAfter: Date.UTC(2026, 0, 1),
        minAge: 600_000,
        maxAge: 90 * 86_400_000,
        not: { name: ["*-debug"], tags: { replicate: ["no"] } },
      },
      copy: { ...copy, shareWith: [], encrypt: false },
      ...rest,
      stuckAfter: 90_000,
      prune: {
        ...{ minAge: 86_400_000, delete: true, last: true, shared: "delete" },
        ...{ keep: 3, deprecateAfter: 43_200_000, templateVersions: "default" },
      },
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

  it("merges tags of any name", () => {
    const tags = { copy: { tags: { set: { constructor: "a", toString: "b" } } } };
    const empty = { copy: { tags: { set: {} } } };
    for (const [above, below] of [
      [tags, empty],
      [empty, tags],
    ] as const)
      expect(parsed(above, { defaults: below })?.copy.tags.set).toEqual(tags.copy.tags.set);
  });

  it("expands groups and excludes entries with a leading !", () => {
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

  it("may use anchors, and a problem in a repeated value is reported at each place", () => {
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

  it("may contain the default values", () => {
    const copy = { description: "inherit", family: "inherit", encrypt: false, publish: "each", shareWith: [] };
    expect(parsed({ copy })).toEqual(parsed({}));
  });

  it("may set no family, encryption, and accounts as numbers, each counted once", () => {
    expect(parsed({ copy: { family: false } })?.copy).not.toHaveProperty("family");
    expect(parsed({ copy: { encrypt: true } })?.copy.encrypt).toEqual({});
    const defaults = { copy: { encrypt: { kmsKeyId: KEY } } };
    expect(parsed({ copy: { encrypt: false } }, { defaults })?.copy.encrypt).toBe(false);
    const shareWith = [100000000003, "100000000003", "100000000004"];
    expect(parsed({ copy: { shareWith } })?.copy.shareWith).toEqual(["100000000003", "100000000004"]);
  });

  it("merges the settings of a region, and replaces encrypt as a whole", () => {
    const defaults = {
      copy: {
        encrypt: true,
        regions: { "ap-shanghai": { encrypt: { kmsKeyId: KEY }, tags: { set: { a: "1", b: "1" } } } },
      },
      prune: { minAge: "1d", delete: true },
    };
    const regions = { "ap-shanghai": { tags: { inherit: false, set: { b: "2" } } } };
    expect(parsed({ copy: { encrypt: false, regions } }, { defaults })?.copy).toMatchObject({
      encrypt: false,
      regions: { "ap-shanghai": { encrypt: { kmsKeyId: KEY }, tags: { inherit: false, set: { a: "1", b: "2" } } } },
    });
    const other = KEY.replace("0", "f");
    for (const encrypt of [true, false, { kmsKeyId: KEY }]) {
      const below = { copy: { encrypt, regions: { "ap-shanghai": { encrypt } } } };
      const above = { encrypt: { kmsKeyId: other }, regions: { "ap-shanghai": { encrypt: { kmsKeyId: other } } } };
      const copy = parsed({ copy: above }, { defaults: below })?.copy;
      expect([copy?.encrypt, copy?.regions["ap-shanghai"]?.encrypt]).toEqual([
        { kmsKeyId: other },
        { kmsKeyId: other },
      ]);
    }
    expect(
      parsed({ copy: { encrypt: true } }, { defaults: { copy: { encrypt: { kmsKeyId: KEY } } } })?.copy.encrypt,
    ).toEqual({});
    expect(
      parsed(
        { copy: { shareWith: [], encrypt: false }, prune: { delete: false } },
        { defaults: { ...defaults, copy: { shareWith: ["100000000002"] } } },
      ),
    ).toMatchObject({
      copy: { shareWith: [] },
      prune: { minAge: 86_400_000, delete: false },
    });
  });

  it("may contain prices", () => {
    const prices = { currency: "CNY", snapshotGiBMonth: { default: 0.12, "ap-tokyo": 0 } };
    expect(parsePolicy(file({}, { prices }), "p.yaml").prices).toEqual(prices);
    expect(parsePolicy(file({}), "p.yaml")).not.toHaveProperty("prices");
  });
});
