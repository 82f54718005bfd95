// TagResources, UnTagResources and GetResources in the emulator.
import { describe, expect, it } from "vitest";
import { shareImage } from "../../emulator/control/console.ts";
import { type Answer, type Bench, bench, GOLDEN, MAIN, sync } from "./support.ts";

const TAG = { service: "tag", region: "" };
const resource = (imageId: string, region = "ap-guangzhou", uin: string = MAIN.uin) =>
  `qcs::cvm:${region}:uin/${uin}:image/${imageId}`;
const pairs = (tags: Record<string, string>) =>
  Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
const tag = (b: Bench, ResourceList: string[], tags: Record<string, string>) =>
  b.call("TagResources", { ResourceList, Tags: pairs(tags) }, TAG);
const refusal = (b: Bench, ResourceList: string[], Tags: object[]) =>
  b.refusal("TagResources", { ResourceList, Tags }, TAG);

describe("TagResources", () => {
  it("adds tags and replaces values in any region, with or without the account in the resource", () => {
    const b = bench();
    const id = b.image({ tags: { env: "test" } });
    const copy = sync(b, id, ["ap-beijing"])["ap-beijing"] ?? "";
    expect(tag(b, [resource(id), resource(copy, "ap-beijing", "")], { env: "prod", a: "" })).toMatchObject({
      FailedResources: [],
    });
    const tags = [
      { Key: "env", Value: "prod" },
      { Key: "a", Value: "" },
    ];
    expect(b.look(id)).toMatchObject({ Tags: tags });
    expect(b.look(copy, { region: "ap-beijing" })).toMatchObject({ Tags: tags });
  });

  it("reports failed resources and tags the others", () => {
    const b = bench();
    const id = b.image();
    const answer = tag(b, [resource("img-00000000"), resource(id), resource(id, "ap-guangzhou", GOLDEN.uin)], {
      a: "1",
    });
    expect(answer.FailedResources).toEqual([
      { Resource: resource("img-00000000"), Code: "ResourceNotFound", Message: expect.any(String) as string },
      {
        Resource: resource(id, "ap-guangzhou", GOLDEN.uin),
        Code: "AuthFailure.UnauthorizedOperation",
        Message: expect.any(String) as string,
      },
    ]);
    expect(b.look(id)).toMatchObject({ Tags: [{ Key: "a", Value: "1" }] });
  });

  it("does not tag an image that another account shares", () => {
    const b = bench();
    const id = b.image({ account: GOLDEN.uin });
    shareImage(b.world, { region: "ap-guangzhou", imageId: id }, [MAIN.uin]);
    expect(tag(b, [resource(id, "ap-guangzhou", "")], { a: "1" }).FailedResources).toHaveLength(1);
  });

  it("allows 50 tags on a resource; replaced tags do not count", () => {
    const b = bench();
    const tags = Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`k${i}`, "v"]));
    const id = b.image({ tags });
    expect(tag(b, [resource(id)], { k0: "w", last: "v" }).FailedResources).toEqual([]);
    expect(tag(b, [resource(id)], { more: "v" }).FailedResources[0]).toMatchObject({
      Code: "LimitExceeded.ResourceAttachedTags",
    });
    expect(b.look(id)?.["Tags"]).toHaveLength(50);
  });

  it.each([
    ["an empty key", [{ TagKey: "", TagValue: "v" }], "InvalidParameterValue.TagKeyEmpty"],
    ["a key of 128", [{ TagKey: "k".repeat(128), TagValue: "v" }], "InvalidParameterValue.TagKeyLengthExceeded"],
    ["a value of 256", [{ TagKey: "k", TagValue: "v".repeat(256) }], "InvalidParameterValue.TagValueLengthExceeded"],
    ["a key with a line break", [{ TagKey: "a\nb", TagValue: "v" }], "InvalidParameterValue.TagKeyCharacterIllegal"],
    ["a value with a quote", [{ TagKey: "a", TagValue: '"' }], "InvalidParameterValue.TagValueCharacterIllegal"],
    ["qcs: keys", [{ TagKey: "qcs:x", TagValue: "v" }], "InvalidParameter.ReservedTagKey"],
    ["qcloud keys", [{ TagKey: "qcloudish", TagValue: "v" }], "InvalidParameter.ReservedTagKey"],
    ["project keys", [{ TagKey: "project", TagValue: "v" }], "InvalidParameter.ReservedTagKey"],
    ["a key twice", pairs({ a: "1" }).concat(pairs({ a: "2" })), "InvalidParameterValue.TagKeyDuplicate"],
    [
      "eleven tags",
      Array.from({ length: 11 }, (_, i) => ({ TagKey: `k${i}`, TagValue: "v" })),
      "LimitExceeded.TagNumPerRequest",
    ],
  ])("rejects %s", (_, tags, code) => {
    const b = bench();
    expect(refusal(b, [resource(b.image())], tags)).toBe(code);
  });

  it("rejects eleven resources, and resources of another form or kind", () => {
    const b = bench();
    const tags = pairs({ a: "1" });
    expect(refusal(b, Array<string>(11).fill(resource("img-00000000")), tags)).toBe(
      "LimitExceeded.ResourceNumPerRequest",
    );
    expect(refusal(b, ["img-00000000"], tags)).toBe("InvalidParameterValue.ResourceDescriptionError");
    expect(refusal(b, ["qcs::cvm:ap-guangzhou:uin/1:instance/ins-1"], tags)).toBe(
      "InvalidParameter.UnsupportedService",
    );
  });
});

describe("UnTagResources", () => {
  it("removes tags and ignores missing ones", () => {
    const b = bench();
    const id = b.image({ tags: { a: "1", b: "2" } });
    const answer = b.call("UnTagResources", { ResourceList: [resource(id)], TagKeys: ["a", "z"] }, TAG);
    expect(answer.FailedResources).toEqual([]);
    expect(b.look(id)).toMatchObject({ Tags: [{ Key: "b", Value: "2" }] });
  });
});

describe("GetResources", () => {
  const get = (b: Bench, params: object) => b.call("GetResources", params, TAG);
  const found = (answer: Answer) =>
    (answer.ResourceTagMappingList as { Resource: string }[]).map((r) => r.Resource.split("/").at(-1));

  it("finds tagged images in all regions by every filter, and shows all their tags", () => {
    const b = bench();
    const one = b.image({ tags: { env: "prod", team: "x" } });
    const two = b.image({ region: "ap-beijing", tags: { env: "test" } });
    b.image({ name: "untagged" });
    b.image({ account: GOLDEN.uin, tags: { env: "prod" } });
    expect(found(get(b, {}))).toEqual([one, two]);
    const filters = [{ TagKey: "env", TagValue: ["prod", "stage"] }, { TagKey: "team" }];
    const answer = get(b, { TagFilters: filters });
    expect(answer.ResourceTagMappingList).toEqual([
      {
        Resource: resource(one),
        Tags: [
          { TagKey: "env", TagValue: "prod", Category: "Custom" },
          { TagKey: "team", TagValue: "x", Category: "Custom" },
        ],
      },
    ]);
    expect(found(get(b, { ResourceList: [resource(two, "ap-beijing")] }))).toEqual([two]);
  });

  it("pages by token until it is empty", () => {
    const b = bench();
    const ids = Array.from({ length: 5 }, (_, i) => b.image({ name: `${i}`, tags: { a: "1" } }));
    const seen: unknown[] = [];
    let token = "";
    do {
      const answer = get(b, { MaxResults: 2, PaginationToken: token });
      seen.push(...found(answer));
      token = answer.PaginationToken;
    } while (token !== "");
    expect(seen).toEqual(ids);
  });

  it("rejects more than 200 results, seven filters, and a foreign token", () => {
    const b = bench();
    const code = (params: object) => b.refusal("GetResources", params, TAG);
    expect(code({ MaxResults: 201 })).toBe("InvalidParameterValue");
    expect(code({ TagFilters: Array(7).fill({ TagKey: "a" }) })).toBe("InvalidParameterValue");
    expect(code({ PaginationToken: "!!" })).toBe("InvalidParameter.PaginationTokenInvalid");
  });
});
