// SyncImages, its dry run, and the calls that tag and modify images.
import { describe, expect, it } from "vitest";
import type { ImageAttributes } from "../../../lib/model/ports.ts";
import { failure, IN_TIME, imagesAnswer, serve, startApi, syncRequest } from "./api-server.ts";

describe.concurrent("syncImage", () => {
  it("requests the ids, and does not complete an incomplete answer", async () => {
    const api = await serve(() => ({
      answer: {
        ImageSet: [
          { Region: "ap-beijing", ImageId: "img-bbbb" },
          { Region: "ap-tokyo", ImageId: null },
          { Region: "ap-seoul", ImageId: "img-notasked" },
        ],
      },
    }));
    const answer = await api.cloud().syncImage(syncRequest(["ap-beijing", "ap-tokyo", "ap-nanjing"]));
    expect(answer).toEqual({ imageIds: new Map([["ap-beijing", "img-bbbb"]]), requestId: "req-1" });
    expect(api.requests[0]?.params).toEqual({
      ImageIds: ["img-source"],
      DestinationRegions: ["ap-beijing", "ap-tokyo", "ap-nanjing"],
      ImageName: "token",
      ImageSetRequired: true,
    });
  });

  it.each([
    ["a refusal", { error: "ImageQuotaLimitExceeded" }, "ImageQuotaLimitExceeded", "terminal", "none"],
    [
      "a busy source",
      { error: "FailedOperation.InvalidImageState" },
      "FailedOperation.InvalidImageState",
      "requeue",
      "none",
    ],
    ["throttling", { error: "RequestLimitExceeded" }, "RequestLimitExceeded", "requeue", "none"],
    ["an internal error", { error: "InternalError" }, "InternalError", "retry", "unknown"],
    ["an unlisted code", { error: "Strange.Thing" }, "Strange.Thing", "retry", "unknown"],
    ["HTTP 503", { status: 503 }, "HttpStatus", "retry", "unknown"],
    ["a lost connection", { cut: true } as const, "Network", "retry", "unknown"],
    ["no JSON", { raw: "<html>" }, "BadAnswer", "retry", "unknown"],
    ["JSON of another shape", { raw: "{}" }, "BadAnswer", "retry", "unknown"],
    ["a wrong ImageSet", { answer: { ImageSet: 7 } }, "BadAnswer", "retry", "unknown"],
    ["silence", { hang: true } as const, "Timeout", "retry", "unknown"],
  ])("is sent once, whatever the answer: %s", async (_, reaction, code, outcome, effect) => {
    const api = await serve(() => reaction);
    const options = "hang" in reaction ? { timeoutMs: 1000 } : {};
    const error = await failure(api.cloud(options).syncImage(syncRequest()));
    expect(error).toMatchObject({ name: "CloudError", action: "SyncImages", region: "ap-guangzhou" });
    expect(error).toMatchObject({ code, outcome, effect });
    expect(api.requests).toHaveLength(1);
  });

  it.each([
    [{}, { Encrypt: true }],
    [{ kmsKeyId: "key-1" }, { Encrypt: true, KmsKeyId: "key-1" }],
  ])("requests an encrypted copy with %j, in a dry run too", async (encrypt, params) => {
    const api = await serve(() => ({ answer: {} }));
    const request = { ...syncRequest(["ap-guangzhou"]), encrypt };
    await api.cloud().trySyncImage(request);
    await api.cloud().syncImage(request);
    const common = { ImageIds: ["img-source"], DestinationRegions: ["ap-guangzhou"], ImageName: "token", ...params };
    expect(api.requests.map((sent) => sent.params)).toEqual([
      { ...common, DryRun: true },
      { ...common, ImageSetRequired: true },
    ]);
  });

  it.each([
    ["a malformed id", [{ Region: "ap-beijing", ImageId: "bbbb" }]],
    ["an id with more in it", [{ Region: "ap-beijing", ImageId: "img-bbbb;img-cccc" }]],
    ["an empty id", [{ Region: "ap-beijing", ImageId: "" }]],
    ["the id of the source", [{ Region: "ap-beijing", ImageId: "img-source" }]],
    [
      "two ids",
      [
        { Region: "ap-beijing", ImageId: "img-bbbb" },
        { Region: "ap-beijing", ImageId: "img-cccc" },
      ],
    ],
  ])("does not believe %s, and believes the others", async (_, entries) => {
    const api = await serve(() => ({
      answer: { ImageSet: [...entries, { Region: "ap-tokyo", ImageId: "img-tttt" }] },
    }));
    const { imageIds } = await api.cloud().syncImage(syncRequest(["ap-beijing", "ap-tokyo"]));
    expect(imageIds).toEqual(new Map([["ap-tokyo", "img-tttt"]]));
  });

  it("does not follow a redirect", async () => {
    const api = await serve(() => ({ status: 307, location: "/again" }));
    await expect(api.cloud().syncImage(syncRequest())).rejects.toMatchObject({ effect: "unknown" });
    expect(api.requests).toHaveLength(1);
  });

  it("has no effect if it could not connect", async () => {
    const api = await startApi(() => ({ hang: true }));
    await api.close();
    await expect(api.cloud().syncImage(syncRequest())).rejects.toMatchObject({ code: "Network", effect: "none" });
  });

  it("uses a new connection, which cannot have been closed before", async () => {
    const api = await serve(({ action }) => (action === "SyncImages" ? { answer: {} } : imagesAnswer()));
    const cloud = api.cloud();
    await cloud.account();
    for (let i = 0; i < 3; i++) await cloud.images("ap-tokyo", "custom");
    expect(api.connections()).toBe(2); // one to each of the two services' hosts
    await cloud.syncImage(syncRequest());
    expect(api.connections()).toBe(3);
  });
});

describe.concurrent("trySyncImage", () => {
  it.each([
    ["an empty success", { answer: {} }],
    ["DryRunOperation", { error: "DryRunOperation" }],
  ])("accepts %s as success", async (_, reaction) => {
    const api = await serve(() => reaction);
    await api.cloud().trySyncImage({ ...syncRequest(), notAfter: 0 });
    expect(api.requests.map(({ params }) => (params as { DryRun?: boolean }).DryRun)).toEqual([true]);
  });

  it("throws the refusal, is retried after throttling only, and has no effect", async () => {
    const refusing = await serve((_request, n) => ({ error: n === 1 ? "RequestLimitExceeded" : "InternalError" }));
    await expect(refusing.cloud().trySyncImage(syncRequest())).rejects.toMatchObject({
      code: "InternalError",
      effect: "none",
    });
    expect(refusing.requests).toHaveLength(2);
  });
});

describe.concurrent("tag and modify", () => {
  it("sets ten tags per call and answers the last request id", async () => {
    const api = await serve(() => ({ answer: { FailedResources: [] } }));
    const tags = Object.fromEntries(Array.from({ length: 23 }, (_, i) => [`k${i}`, `v${i}`]));
    const answer = await api.cloud().tag({ region: "ap-tokyo", imageId: "img-0001" }, "100000000001", tags, IN_TIME);
    expect(answer).toEqual({ requestId: "req-3", refused: new Map() });
    const sent = api.requests.map(({ params }) => params as { ResourceList: string[]; Tags: object[] });
    expect(sent.map(({ Tags }) => Tags.length)).toEqual([10, 10, 3]);
    expect(sent[0]?.ResourceList).toEqual(["qcs::cvm:ap-tokyo:uin/100000000001:image/img-0001"]);
    expect(sent[2]?.Tags[2]).toEqual({ TagKey: "k22", TagValue: "v22" });
  });

  it("sets every other tag if one is refused, also if the answer does not name it", async () => {
    const api = await serve(({ params }) => {
      const isBad = JSON.stringify(params).includes("k3");
      return isBad ? { error: "InvalidParameterValue.TagValueLengthExceeded" } : { answer: { FailedResources: [] } };
    });
    const tags = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`k${i}`, "v"]));
    const { refused } = await api.cloud().tag({ region: "ap-tokyo", imageId: "img-1" }, "1", tags, IN_TIME);
    expect([...refused.keys()]).toEqual(["k3"]);
    const sent = api.requests.map(({ params }) => (params as { Tags: object[] }).Tags.length);
    expect(sent).toEqual([10, ...Array.from({ length: 10 }, () => 1), 2]);
  });

  it("answers the error of a resource that failed, with its code", async () => {
    const api = await serve(() => ({
      answer: { FailedResources: [{ Resource: "…", Code: "InvalidParameter.Tag", Message: "bad tag" }] },
    }));
    const { refused } = await api.cloud().tag({ region: "ap-tokyo", imageId: "img-0001" }, "1", { a: "b" }, IN_TIME);
    const error = refused.get("a");
    expect(error).toMatchObject({ code: "InvalidParameter.Tag", outcome: "terminal", region: "ap-tokyo" });
    expect(error?.requestId).toBe("req-1");
  });

  it.each<[string, ImageAttributes, object]>([
    ["name and description", { name: "final", description: "" }, { ImageName: "final", ImageDescription: "" }],
    ["a family and nothing else", { family: "golden" }, { ImageFamily: "golden" }],
    ["that it leaves its family", { family: "" }, { ImageFamily: "" }],
    ["that it is not deprecated", { deprecated: false }, { ImageDeprecated: false }],
    [
      "all at once",
      { name: "final", description: "words", family: "golden", deprecated: true },
      { ImageName: "final", ImageDescription: "words", ImageFamily: "golden", ImageDeprecated: true },
    ],
  ])("sets %s in one call", async (_, attributes, params) => {
    const api = await serve(() => ({ answer: {} }));
    expect(await api.cloud().modify({ region: "ap-tokyo", imageId: "img-0001" }, attributes, IN_TIME)).toBe("req-1");
    expect(api.requests).toMatchObject([{ action: "ModifyImageAttribute", region: "ap-tokyo" }]);
    expect(api.requests[0]?.params).toEqual({ ImageId: "img-0001", ...params });
  });
});

describe.concurrent("tag and modify whose last moment has passed", () => {
  const image = { region: "ap-tokyo", imageId: "img-0001" };
  const NOT_SENT = { code: "NotSent", outcome: "requeue", effect: "none" };

  it("are neither sent nor retried", async () => {
    const api = await serve(() => ({ answer: {} }));
    const lines: string[] = [];
    const cloud = api.cloud({ log: ({ action, code }) => lines.push(`${action} ${code}`) });
    await cloud.account();
    expect(await failure(cloud.tag(image, "1", { a: "b" }, Date.now() - 5000))).toMatchObject(NOT_SENT);
    expect(await failure(cloud.modify(image, { name: "final" }, Date.now() - 5000))).toMatchObject(NOT_SENT);
    expect(api.requests).toHaveLength(0);
    expect(lines.filter((line) => line.endsWith("NotSent"))).toEqual([
      "TagResources NotSent",
      "ModifyImageAttribute NotSent",
    ]);
  });

  it("are not retried after a failure", async () => {
    let late = 0;
    const api = await serve(() => {
      late = 60_000;
      return { error: "InternalError" };
    });
    const cloud = api.cloud({ now: () => Date.now() + late });
    expect(await failure(cloud.modify(image, { name: "final" }, Date.now() + 30_000))).toMatchObject(NOT_SENT);
    expect(api.requests).toHaveLength(1);
  });
});

describe.concurrent("tagging at the end of the run", () => {
  const image = { region: "ap-tokyo", imageId: "img-0001" };

  it("has no effect if it was not sent", async () => {
    const api = await serve(() => ({ answer: {} }));
    const cloud = api.cloud({ signal: AbortSignal.abort() });
    await expect(cloud.tag(image, "1", { a: "b" }, IN_TIME)).rejects.toMatchObject({ code: "Aborted", effect: "none" });
    expect(api.requests).toHaveLength(0);
  });

  it("may have had an effect if it was sent", async () => {
    const run = new AbortController();
    const api = await serve(() => {
      run.abort();
      return { hang: true };
    });
    const call = api.cloud({ signal: run.signal }).tag(image, "1", { a: "b" }, IN_TIME);
    await expect(call).rejects.toMatchObject({ code: "Aborted", effect: "unknown", region: "ap-tokyo" });
  });
});
