// DescribeImages in the emulator.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { makeImages, shareImage } from "../../emulator/control/console.ts";
import { type Answer, type Bench, bench, GOLDEN, MAIN, THIRD } from "./support.ts";

const ids = (answer: Answer) => answer.ImageSet.map((i) => i.ImageId);
const customOnly = [{ Name: "image-type", Values: ["PRIVATE_IMAGE"] }];
const find = (b: Bench, Name: string, ...Values: string[]) =>
  ids(b.call("DescribeImages", { Filters: [...customOnly, { Name, Values }] }));

describe("DescribeImages: the fields of an image", () => {
  it("has exactly the fields of the vendor's struct Image, but for CdcCacheStatus, which is never null", () => {
    const b = bench();
    const shown = b.look(b.image());
    const require = createRequire(import.meta.url);
    const models = require.resolve("tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js");
    const declared = readFileSync(models.replace(/\.js$/, ".d.ts"), "utf8");
    const struct = /export interface Image \{([\s\S]*?)\n\}/.exec(declared)?.[1] ?? "";
    const fields = [...struct.matchAll(/^ {4}(\w+)\?: /gm)].map((match) => match[1]);
    expect(fields.length).toBeGreaterThan(15);
    expect([...Object.keys(shown ?? {}), "CdcCacheStatus"].sort()).toEqual(fields.sort());
  });

  it("shows numbers as numbers and times as ISO 8601 in UTC", () => {
    const b = bench();
    const shown = b.look(b.image({ sizeGiB: 70, tags: { release: "approved" }, family: "base", description: "d" }));
    expect(shown).toMatchObject({
      ImageType: "PRIVATE_IMAGE",
      CreatedTime: "2026-01-15T08:00:00Z",
      ImageName: "golden",
      ImageDescription: "d",
      ImageSize: 70,
      ImageState: "NORMAL",
      ImageCreator: MAIN.uin,
      ImageSource: "CREATE_IMAGE",
      SyncPercent: null,
      Tags: [{ Key: "release", Value: "approved" }],
      ImageFamily: "base",
      ImageDeprecated: false,
      SnapshotSet: [{ DiskUsage: "SYSTEM_DISK", DiskSize: 70 }],
    });
  });
});

describe("DescribeImages: visible images", () => {
  it("lists public images and the caller's images", () => {
    const b = bench();
    b.image();
    const types = b.call("DescribeImages").ImageSet.map((i) => i.ImageType);
    expect(types).toEqual(["PRIVATE_IMAGE", "PUBLIC_IMAGE", "PUBLIC_IMAGE"]);
  });

  it("shows a shared image as SHARED_IMAGE in its own region, to its receivers only", () => {
    const b = bench();
    const imageId = b.image({ account: GOLDEN.uin });
    shareImage(b.world, { region: "ap-guangzhou", imageId }, [MAIN.uin]);
    expect(b.look(imageId)).toMatchObject({ ImageType: "SHARED_IMAGE", ImageCreator: GOLDEN.uin });
    expect(b.look(imageId, { region: "ap-shanghai" })).toBeUndefined();
    expect(b.look(imageId, { account: THIRD })).toBeUndefined();
    expect(b.look(imageId, { account: GOLDEN })).toMatchObject({ ImageType: "PRIVATE_IMAGE" });
  });

  it("lists images of one region only", () => {
    const b = bench();
    const imageId = b.image();
    expect(b.look(imageId, { region: "ap-beijing" })).toBeUndefined();
  });
});

describe("DescribeImages: filters", () => {
  it("matches substrings of names and platforms, ignoring case", () => {
    const b = bench();
    const web = b.image({ name: "Golden-Web-1", platform: "Ubuntu" });
    const api = b.image({ name: "golden-api-1", platform: "TencentOS" });
    expect(find(b, "image-name", "golden")).toEqual([api, web]);
    expect(find(b, "image-name", "web")).toEqual([web]);
    expect(find(b, "platform", "tencent")).toEqual([api]);
  });

  it("requires any value of a filter, and every filter", () => {
    const b = bench();
    const one = b.image({ name: "a", tags: { env: "prod", team: "x" } });
    const two = b.image({ name: "b", tags: { env: "test" } });
    expect(find(b, "tag:env", "prod", "test")).toEqual([two, one]);
    expect(find(b, "tag-key", "team")).toEqual([one]);
    expect(find(b, "tag-value", "test", "nothing")).toEqual([two]);
    expect(find(b, "image-id", one)).toEqual([one]);
    expect(
      ids(
        b.call("DescribeImages", {
          Filters: [
            { Name: "tag:env", Values: ["prod", "test"] },
            { Name: "image-name", Values: ["b"] },
          ],
        }),
      ),
    ).toEqual([two]);
  });

  it.each([
    [
      "ids and filters at once",
      { ImageIds: ["img-00000000"], Filters: customOnly },
      "InvalidParameter.InvalidParameterCoexistImageIdsFilters",
    ],
    [
      "a filter of six values",
      { Filters: [{ Name: "image-id", Values: ["1", "2", "3", "4", "5", "6"] }] },
      "InvalidFilterValue.LimitExceeded",
    ],
    ["eleven filters", { Filters: Array(11).fill(customOnly[0]) }, "InvalidParameterValue.LimitExceeded"],
    ["a filter that does not exist", { Filters: [{ Name: "image-colour", Values: ["red"] }] }, "InvalidFilter"],
    ["a filter without values", { Filters: [{ Name: "image-id", Values: [] }] }, "InvalidParameterValue"],
    ["a malformed id", { ImageIds: ["img-1"] }, "InvalidImageId.Malformed"],
    ["a hundred and one ids", { ImageIds: Array(101).fill("img-00000000") }, "InvalidParameterValue.LimitExceeded"],
    ["a limit over 100", { Limit: 101 }, "InvalidParameterValue.InvalidParameterValueLimit"],
    ["a limit of 0", { Limit: 0 }, "InvalidParameterValue.InvalidParameterValueLimit"],
    ["a negative offset", { Offset: -1 }, "InvalidParameterValue"],
  ])("rejects %s", (_, params, code) => {
    expect(bench().refusal("DescribeImages", params)).toBe(code);
  });
});

describe("DescribeImages: pages", () => {
  it("returns 20 images by default, and counts all matches", () => {
    const b = bench();
    makeImages(b.world, { region: "ap-guangzhou", name: "many", count: 45, silent: true });
    const first = b.call("DescribeImages", { Filters: customOnly });
    expect([ids(first).length, first.TotalCount]).toEqual([20, 45]);
    const last = b.call("DescribeImages", { Filters: customOnly, Offset: 40, Limit: 100 });
    expect([ids(last).length, last.TotalCount]).toEqual([5, 45]);
    expect(ids(b.call("DescribeImages", { Filters: customOnly, Offset: 99 }))).toEqual([]);
  });

  it("repeats an image if another is created between two pages, and skips one if another is deleted", () => {
    const b = bench();
    makeImages(b.world, { region: "ap-guangzhou", name: "many", count: 6, silent: true });
    const page = (Offset: number) => ids(b.call("DescribeImages", { Filters: customOnly, Offset, Limit: 3 }));
    const before = page(0);
    b.image({ name: "late" });
    expect(page(3)[0]).toBe(before[2]);

    const again = [...page(0), ...page(3), ...page(6)];
    b.call("DeleteImages", { ImageIds: [again[0]] });
    expect(page(3)).not.toContain(again[3]);
  });
});
