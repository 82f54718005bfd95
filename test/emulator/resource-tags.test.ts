// Tags of functions of SCF: what the deployment tool sets and reads.
import { describe, expect, it } from "vitest";
import { documentedRefusal } from "./identity/support.ts";
import { type Bench, bench, GOLDEN } from "./support.ts";

const TAG = { service: "tag" };
const REGION = "ap-guangzhou";
const resource = (id: string) => `qcs::scf:${REGION}::lam/${id}`;
const tag = (TagKey: string, TagValue: string) => ({ TagKey, TagValue });

function tagsOf(b: Bench, ids: readonly string[], more: object = {}, options: object = {}): Record<string, unknown> {
  const params = { ServiceType: "scf", ResourcePrefix: "lam", ResourceRegion: REGION, ResourceIds: ids, ...more };
  return b.call("DescribeResourceTagsByResourceIds", params, { ...TAG, ...options }) as unknown as Record<
    string,
    unknown
  >;
}

describe("tags of functions", () => {
  it("are added, replaced and removed, each function for itself", () => {
    const b = bench();
    const modify = (params: object) => b.call("ModifyResourceTags", params, TAG);
    modify({ Resource: resource("lam-1"), ReplaceTags: [tag("stage", "dev"), tag("app", "x")] });
    modify({ Resource: resource("lam-2"), ReplaceTags: [tag("stage", "prod")] });
    modify({ Resource: resource("lam-1"), ReplaceTags: [tag("stage", "test")], DeleteTags: [{ TagKey: "app" }] });
    expect(tagsOf(b, ["lam-1", "lam-2", "lam-3"])).toMatchObject({
      TotalCount: 2,
      Tags: [
        { ...tag("stage", "test"), ResourceId: "lam-1", ServiceType: "scf" },
        { ...tag("stage", "prod"), ResourceId: "lam-2" },
      ],
    });
    expect(tagsOf(b, ["lam-1", "lam-2"], { Offset: 1, Limit: 1 })).toMatchObject({
      TotalCount: 2,
      Tags: [{ ResourceId: "lam-2" }],
    });
    expect(tagsOf(b, ["lam-1"], {}, { account: GOLDEN })).toMatchObject({ TotalCount: 0 });
  });

  it.each([
    ["InvalidParameterValue.ResourceDescriptionError", { Resource: "qcs::cvm:ap-guangzhou::image/img-1" }],
    ["InvalidParameterValue.ResourceDescriptionError", { Resource: "qcs::scf:ap-guangzhou:uin/1:lam/lam-1" }],
    ["InvalidParameterValue.TagKeyEmpty", { Resource: resource("lam-1"), ReplaceTags: [tag("", "a")] }],
    [
      "InvalidParameterValue.DeleteTagsParamError",
      { Resource: resource("lam-1"), ReplaceTags: [tag("a", "a")], DeleteTags: [{ TagKey: "a" }] },
    ],
    [
      "LimitExceeded.ResourceAttachedTags",
      { Resource: resource("lam-1"), ReplaceTags: Array.from({ length: 51 }, (_, index) => tag(`k${index}`, "v")) },
    ],
  ])("are refused with %s", (code, params) => {
    const b = bench();
    expect(documentedRefusal(b, "ModifyResourceTags", params, TAG)).toBe(code);
    expect(tagsOf(b, ["lam-1"])).toMatchObject({ TotalCount: 0 });
  });

  it.each([
    ["InvalidParameterValue.ServiceTypeInvalid", { ServiceType: "cvm" }],
    ["InvalidParameterValue.ResourcePrefixInvalid", { ResourcePrefix: "image" }],
    ["InvalidParameterValue.RegionInvalid", { ResourceRegion: "moon" }],
  ])("are not listed with %s", (code, more) => {
    const params = {
      ServiceType: "scf",
      ResourcePrefix: "lam",
      ResourceRegion: REGION,
      ResourceIds: ["lam-1"],
      ...more,
    };
    expect(documentedRefusal(bench(), "DescribeResourceTagsByResourceIds", params, TAG)).toBe(code);
  });
});
