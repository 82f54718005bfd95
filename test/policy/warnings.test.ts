import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { type Fields, file, fileOf } from "./files.ts";

const warnings = (policy: Fields) => parsePolicy(file(policy), "p.yaml").warnings.map((warning) => warning.text);

describe("warnings", () => {
  it.each<[string, Fields, string]>([
    ["every old image is copied", { select: {} }, "none of select.newest, select.createdAfter and select.maxAge"],
    ["the policy is disabled", { enabled: false }, "policy p is disabled and selects no images"],
    ["only the source's own region is named", { to: ["ap-guangzhou"] }, "names no region except the source's own"],
    [
      "all destinations are across the border",
      { to: ["outside"] },
      "names only regions across the border, but crossBorder is never",
    ],
    [
      "a region without copies has settings",
      { copy: { regions: { "ap-tokyo": { encrypt: true } } } },
      "has settings for ap-tokyo, but policy p makes no copies there",
    ],
    [
      "copies without a family are published together",
      { copy: { publish: "together", family: false } },
      "publish: together has no effect in policy p, because copy.family is false",
    ],
    [
      "copies are deleted after less than an hour",
      { prune: { delete: true, minAge: "59m" } },
      "prune.minAge is 59m in policy p: if images are deselected by mistake, their copies are deleted after 59m; use 1h",
    ],
    [
      "copies are deleted later than minAge says",
      { prune: { delete: true, minAge: "1m" } },
      "prune.minAge is 1m in policy p, but 3m is the minimum (SETTLE + 60 s): copies are deleted 3m after",
    ],
    [
      "an account id has few digits",
      { copy: { shareWith: ["12345678"] } },
      '"12345678" has 8 digits, but most account ids have 9 to 12',
    ],
    [
      "copies are deleted that may be shared, and nothing says what happens to these",
      { copy: { shareWith: ["100000000003"] }, prune: { delete: true } },
      "policy p deletes orphaned copies, but keeps those that are shared with the accounts of shareWith; set prune.shared",
    ],
    [
      "copies are deleted before they are deprecated",
      { prune: { delete: true, minAge: "2d", deprecateAfter: "2d" } },
      "prune.deprecateAfter is 2d in policy p, so a copy is deleted after 2d before it is deprecated",
    ],
    [
      "no image can have the age",
      { select: { minAge: "2d", maxAge: "1d" } },
      "policy p selects no image, because select.minAge is longer than select.maxAge",
    ],
    [
      "an account is a number",
      { copy: { shareWith: [100000000003] } },
      '100000000003 is a number, and a number loses leading zeros; put account ids in quotes, such as "100000000003"',
    ],
    [
      "an architecture is unknown",
      { select: { newest: 1, architecture: ["x86-64"] } },
      '"x86-64" is not an architecture that Tencent Cloud documents; use one of x86_64',
    ],
  ])("are given if %s", (_, policy, text) => {
    expect(warnings(policy)).toEqual([expect.stringContaining(text)]);
  });

  it("are not given for valid settings", () => {
    expect(warnings({ select: { createdAfter: "2026-01-01" } })).toEqual([]);
    expect(warnings({ select: { maxAge: "30d" } })).toEqual([]);
    for (const shared of ["keep", "delete"])
      expect(warnings({ copy: { shareWith: ["100000000003"] }, prune: { delete: true, shared } })).toEqual([]);
    expect(warnings({ copy: { shareWith: ["100000000003"] }, prune: { delete: false } })).toEqual([]);
    expect(warnings({ prune: { minAge: "2d", deprecateAfter: "3d" } })).toEqual([]);
    expect(warnings({ to: ["all"] })).toEqual([]);
    expect(warnings({ copy: { publish: "together" }, prune: { delete: true, minAge: "1h" } })).toEqual([]);
    expect(warnings({ prune: { minAge: "0s" } })).toEqual([]);
    expect(warnings({ to: ["outside"], crossBorder: "approved" })).toEqual([]);
    const select = { type: "shared", creator: ["100000000002"], newest: 1 };
    expect(warnings({ to: ["ap-guangzhou"], select })).toEqual([]);
  });

  const fields = (contents: string) =>
    parsePolicy(contents, "p.yaml").warnings.map(({ field, text }) => `${field}: ${text}`);

  it("depend on SETTLE, if they are about the minimum of minAge", () => {
    const codes = (minAge: string, settle: number) =>
      parsePolicy(file({ prune: { delete: true, minAge } }), "p.yaml", settle).warnings.map(({ code }) => code);
    expect(codes("64s", 4_000)).toEqual(["short-prune-age"]);
    expect(codes("63s", 4_000)).toEqual(["raised-prune-age"]);
    expect(codes("2h", 7_200_000)).toEqual(["raised-prune-age"]);
    expect(codes("2h", 120_000)).toEqual([]);
  });

  it("are given for tags of shared images, which may not be visible", () => {
    const codes = (select: object) => parsePolicy(file({ select }), "p.yaml").warnings.map(({ code }) => code);
    expect(codes({ type: "shared", newest: 1, creator: ["100000000002"], not: { tags: { a: "1" } } })).toEqual([
      "shared-tags",
    ]);
    expect(codes({ newest: 1, not: { tags: { a: "1" } } })).toEqual([]);
  });

  it("are given for the region settings of the defaults only if no policy uses them", () => {
    const defaults = { copy: { regions: { "ap-tokyo": { encrypt: true }, "ap-beijing": { encrypt: true } } } };
    const text = fileOf([{ name: "a" }, { name: "b", to: ["ap-beijing"] }], { defaults });
    expect(fields(text)).toEqual([
      "defaults.copy.regions.ap-tokyo: has settings for ap-tokyo, but no policy makes copies there; add ap-tokyo to `to`, or remove the settings",
    ]);
  });

  it("are given for a policy that adds nothing to an earlier one", () => {
    expect(
      fields(
        fileOf([
          { name: "a", to: ["mainland"] },
          { name: "b", select: { newest: 2 } },
        ]),
      ),
    ).toEqual([
      "policies[1].name: policy b adds nothing: policy a copies all of its images to all of its regions, with the same settings; remove policy b",
    ]);
    expect(fields(fileOf([{ name: "a" }, { name: "b", attempts: 6 }]))).toEqual([]);
  });

  it("have a code, a place and a field", () => {
    const [warning] = parsePolicy(file({ enabled: false }), "p.yaml").warnings;
    expect(warning).toMatchObject({
      where: expect.stringMatching(/^p\.yaml:\d+:\d+$/) as string,
      field: "policies[0].enabled",
      code: "disabled-policy",
    });
  });
});
