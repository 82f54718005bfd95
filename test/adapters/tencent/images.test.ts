// Reading images, their shares, their families and the quota.
import { describe, expect, it } from "vitest";
import { apiImage, imagesAnswer, serve } from "./api-server.ts";

describe.concurrent("images", () => {
  it("maps the fields of the API, of which any may be absent or null", async () => {
    const api = await serve(() =>
      imagesAnswer(
        apiImage("img-0001", {
          ImageDescription: "words",
          CreatedTime: "2020-09-22T00:00:00+00:00",
          Tags: [
            { Key: "env", Value: "prod" },
            { Key: "__proto__", Value: "x" },
            { Key: "empty", Value: null },
          ],
          ImageFamily: "golden",
          ImageDeprecated: true,
          SyncPercent: 20,
          ImageState: "MELTING",
          SnapshotSet: [
            { SnapshotId: "snap-1", DiskUsage: "SYSTEM_DISK", DiskSize: 50 },
            { SnapshotId: "snap-2", DiskUsage: "DATA_DISK", DiskSize: 100 },
          ],
        }),
        {
          ImageId: "img-0002",
          ImageType: "PRIVATE_IMAGE",
          Tags: null,
          SnapshotSet: null,
          SyncPercent: null,
          ImageName: null,
        },
        { ImageName: "without an id" },
        apiImage("img-0003", { ImageType: "PUBLIC_IMAGE" }),
      ),
    );
    const images = await api.cloud().images("ap-tokyo", "custom");
    expect(images).toEqual([
      {
        region: "ap-tokyo",
        imageId: "img-0001",
        name: "name of img-0001",
        description: "words",
        type: "custom",
        state: "MELTING",
        sizeGiB: 50,
        osName: "",
        platform: "",
        architecture: "",
        creator: "",
        createdAt: Date.UTC(2020, 8, 22),
        family: "golden",
        deprecated: true,
        wholeMachine: true,
        tags: Object.fromEntries([
          ["env", "prod"],
          ["__proto__", "x"],
          ["empty", ""],
        ]),
        syncPercent: 20,
      },
      expect.objectContaining({
        imageId: "img-0002",
        name: "",
        createdAt: 0,
        tags: {},
        deprecated: false,
        wholeMachine: false,
      }),
    ]);
    expect(images[1]).not.toHaveProperty("syncPercent");
    expect(api.requests[0]?.params).toEqual({
      Filters: [{ Name: "image-type", Values: ["PRIVATE_IMAGE"] }],
      Offset: 0,
      Limit: 100,
    });
  });

  it("reads every image although others are deleted between the pages", async () => {
    let all = Array.from({ length: 230 }, (_, i) => apiImage(`img-000${i}`));
    const api = await serve(({ params }, n) => {
      const { Offset, Limit } = params as { Offset: number; Limit: number };
      const page = { answer: { ImageSet: all.slice(Offset, Offset + Limit), TotalCount: all.length } };
      if (n === 1) all = [...all.slice(1), apiImage("img-newer1")]; // one is deleted, one is added: the count stays
      return page;
    });
    const ids = (await api.cloud().images("ap-tokyo", "custom")).map(({ imageId }) => imageId);
    expect(ids).toHaveLength(230);
    expect(ids).toEqual(all.map(({ ImageId }) => ImageId));
  });

  it("stops after some reads of a list that keeps changing", async () => {
    const api = await serve((_request, n) => ({ answer: { ImageSet: [apiImage(`img-000${n}`)], TotalCount: 2 } }));
    await expect(api.cloud().images("ap-tokyo", "custom")).rejects.toMatchObject({
      code: "Unstable",
      outcome: "retry",
      effect: "none",
    });
  });

  it.each([
    ["no TotalCount", { ImageSet: [] }],
    ["a list that is a string", { ImageSet: "x", TotalCount: 1 }],
    ["an id that is none", { ImageSet: [apiImage("images/1")], TotalCount: 1 }],
    ["a number for a name", { ImageSet: [apiImage("img-0001", { ImageName: 7 })], TotalCount: 1 }],
    ["a snapshot that is a string", { ImageSet: [apiImage("img-0001", { SnapshotSet: ["snap-1"] })], TotalCount: 1 }],
    ["a time that cannot be parsed", { ImageSet: [apiImage("img-0001", { CreatedTime: "yesterday" })], TotalCount: 1 }],
  ])("reports %s as a bad answer", async (_, answer) => {
    const api = await serve(() => ({ answer }));
    await expect(api.cloud().images("ap-tokyo", "custom")).rejects.toMatchObject({
      code: "BadAnswer",
      outcome: "retry",
      effect: "none",
      region: "ap-tokyo",
    });
  });
});

describe.concurrent("imagesById", () => {
  const existing = ["img-0001", "img-0003"];
  const asked = Array.from({ length: 5 }, (_, i) => `img-000${i}`);

  it.each([
    ["are left out", undefined],
    ["are an error", "InvalidImageId.NotFound"],
    ["are a wrong value", "InvalidParameterValue.InvalidImageIdMalformed"],
  ])("finds the existing images if unknown ids %s", async (_, code) => {
    const api = await serve(({ params }) => {
      const ids = (params as { ImageIds: string[] }).ImageIds;
      if (code && ids.some((id) => !existing.includes(id))) return { error: code };
      return imagesAnswer(...ids.filter((id) => existing.includes(id)).map((id) => apiImage(id)));
    });
    const images = await api.cloud().imagesById("ap-tokyo", [...asked, "img-0001"]);
    expect(images.map(({ imageId }) => imageId)).toEqual(existing);
    expect(api.requests[0]?.params).toEqual({ ImageIds: asked, Limit: 100 });
  });

  it("leaves out a malformed id, reads 100 ids per call, and sends nothing for no ids", async () => {
    const api = await serve(({ params }) => {
      const ids = (params as { ImageIds: string[] }).ImageIds;
      if (ids.includes("nonsense")) return { error: "InvalidImageId.Malformed" };
      return imagesAnswer(...ids.map((id) => apiImage(id)));
    });
    const cloud = api.cloud();
    expect(await cloud.imagesById("ap-tokyo", [])).toEqual([]);
    expect(await cloud.imagesById("ap-tokyo", ["nonsense"])).toEqual([]);
    const many = Array.from({ length: 150 }, (_, i) => `img-000${i}`);
    expect(await cloud.imagesById("ap-tokyo", many)).toHaveLength(150);
    expect(api.requests).toHaveLength(3);
  });

  it("does not take a refusal, or an answer that withholds images, for absence", async () => {
    const refusing = await serve(() => ({ error: "UnauthorizedOperation" }));
    await expect(refusing.cloud().imagesById("ap-tokyo", ["img-0001"])).rejects.toMatchObject({ outcome: "terminal" });
    const short = await serve(() => ({ answer: { ImageSet: [apiImage("img-0001")], TotalCount: 2 } }));
    await expect(short.cloud().imagesById("ap-tokyo", ["img-0001", "img-0002"])).rejects.toMatchObject({
      code: "BadAnswer",
    });
  });
});

describe.concurrent("sharedWith", () => {
  const image = { region: "ap-tokyo", imageId: "img-0001" };

  it.each([
    ["accounts", [{ AccountId: "100000000002", CreatedTime: "2026-03-21T08:41:45Z" }, { AccountId: 100000000003 }]],
    ["nothing", null],
  ])("answers the accounts, as text, of an answer with %s", async (_, set) => {
    const api = await serve(() => ({ answer: { SharePermissionSet: set } }));
    expect(await api.cloud().sharedWith(image)).toEqual(set ? ["100000000002", "100000000003"] : []);
    expect(api.requests[0]).toMatchObject({ action: "DescribeImageSharePermission", region: "ap-tokyo" });
    expect(api.requests[0]?.params).toEqual({ ImageId: "img-0001" });
  });

  it.each([[[{}]], [[{ AccountId: true }]], [["100000000002"]], ["x"]])("reports %j as a bad answer", async (set) => {
    const api = await serve(() => ({ answer: { SharePermissionSet: set } }));
    await expect(api.cloud().sharedWith(image)).rejects.toMatchObject({ code: "BadAnswer", effect: "none" });
  });
});

describe.concurrent("quota", () => {
  it("answers the number of custom images that the region may hold", async () => {
    const api = await serve(() => ({ answer: { ImageNumQuota: 500 } }));
    expect(await api.cloud().quota("ap-tokyo")).toBe(500);
    expect(api.requests).toMatchObject([{ action: "DescribeImageQuota", region: "ap-tokyo", params: {} }]);
  });

  it.each([{}, { ImageNumQuota: null }, { ImageNumQuota: "500" }])("reports %j as a bad answer", async (answer) => {
    const api = await serve(() => ({ answer }));
    await expect(api.cloud().quota("ap-tokyo")).rejects.toMatchObject({ code: "BadAnswer", outcome: "retry" });
  });
});

describe.concurrent("familyImage", () => {
  it.each([
    ["the id", { Image: apiImage("img-0001") }, "img-0001"],
    ["nothing for null", { Image: null }, undefined],
    ["nothing for an absent image", {}, undefined],
    ["nothing for an empty one", { Image: {} }, undefined],
  ])("answers %s", async (_, answer, id) => {
    const api = await serve(() => ({ answer }));
    expect(await api.cloud().familyImage("ap-tokyo", "golden")).toBe(id);
    expect(api.requests[0]).toMatchObject({ action: "DescribeImageFromFamily", region: "ap-tokyo" });
    expect(api.requests[0]?.params).toEqual({ ImageFamily: "golden" });
  });

  it("sends nothing for no family, and does not accept a malformed answer", async () => {
    const api = await serve(() => ({ answer: { Image: { ImageId: 7 } } }));
    expect(await api.cloud().familyImage("ap-tokyo", "")).toBeUndefined();
    expect(api.requests).toHaveLength(0);
    await expect(api.cloud().familyImage("ap-tokyo", "golden")).rejects.toMatchObject({ code: "BadAnswer" });
    const odd = await serve(() => ({ answer: { Image: { ImageId: "images/1" } } }));
    await expect(odd.cloud().familyImage("ap-tokyo", "golden")).rejects.toMatchObject({ code: "BadAnswer" });
  });
});
