import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { type Fields, file, fileOf } from "./files.ts";

const warnings = (policy: Fields) => parsePolicy(file(policy), "p.yaml").warnings.map((warning) => warning.text);

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
    [
      "something differs where no copy is made",
      { copy: { regions: { "ap-tokyo": { encrypt: true } } } },
      "says what differs in ap-tokyo, and policy p makes no copies there",
    ],
    ["there is no family to move", { copy: { publish: "together", family: false } }, "has no family to move together"],
    [
      "copies are deleted at once",
      { prune: { delete: true, minAge: "59m" } },
      "deletes a copy when nobody has wanted it for 59m: whoever deselects images by mistake has no longer to notice",
    ],
    [
      "an account is a number",
      { copy: { shareWith: [100000000003] } },
      '100000000003 is a number, which has no leading zeros: put account ids in quotes, such as "100000000003"',
    ],
    ["an architecture is unknown", { select: { newest: 1, architecture: ["x86-64"] } }, '"x86-64" is no architecture'],
  ])("say when %s", (_, policy, text) => {
    expect(warnings(policy)).toEqual([expect.stringContaining(text)]);
  });

  it("are not given where all is well", () => {
    expect(warnings({ select: { createdAfter: "2026-01-01" } })).toEqual([]);
    expect(warnings({ to: ["all"] })).toEqual([]);
    expect(warnings({ copy: { publish: "together" }, prune: { delete: true, minAge: "1h" } })).toEqual([]);
    expect(warnings({ prune: { minAge: "0s" } })).toEqual([]);
    expect(warnings({ to: ["outside"], crossBorder: "approved" })).toEqual([]);
    const select = { type: "shared", creator: ["1"], newest: 1 };
    expect(warnings({ to: ["ap-guangzhou"], select })).toEqual([]);
  });

  const fields = (text: string) =>
    parsePolicy(text, "p.yaml").warnings.map(({ field, text: said }) => `${field}: ${said}`);

  it("are given of what differs in the defaults only where that is nobody's", () => {
    const defaults = { copy: { regions: { "ap-tokyo": { encrypt: true }, "ap-beijing": { encrypt: true } } } };
    const text = fileOf([{ name: "a" }, { name: "b", to: ["ap-beijing"] }], { defaults });
    expect(fields(text)).toEqual([
      "defaults.copy.regions.ap-tokyo: says what differs in ap-tokyo, and no policy makes copies there",
    ]);
  });

  it("are given of a policy that an earlier one leaves nothing to do", () => {
    expect(
      fields(
        fileOf([
          { name: "a", to: ["mainland"] },
          { name: "b", select: { newest: 2 } },
        ]),
      ),
    ).toEqual([
      "policies[1].name: policy b adds nothing: policy a takes all of its images to all of its regions, with the same settings",
    ]);
    expect(fields(fileOf([{ name: "a" }, { name: "b", attempts: 6 }]))).toEqual([]);
  });

  it("name the place", () => {
    const [warning] = parsePolicy(file({ enabled: false }), "p.yaml").warnings;
    expect(warning).toMatchObject({
      where: expect.stringMatching(/^p\.yaml:\d+:\d+$/) as string,
      field: "policies[0].enabled",
    });
  });
});
