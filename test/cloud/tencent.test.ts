import { inspect } from "node:util";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import type { CloudError } from "../../lib/errors.ts";
import { apiImage, KEY, startApi } from "./api-server.ts";

type Api = Awaited<ReturnType<typeof startApi>>;
const open: Api[] = [];
const serve = async (...args: Parameters<typeof startApi>) => {
  const api = await startApi(...args);
  open.push(api);
  return api;
};
afterEach(() => vi.unstubAllEnvs());
afterAll(() => Promise.all(open.map((api) => api.close())));
const failure = (promise: Promise<unknown>) =>
  promise.then(
    (value) => expect.fail(`expected an error, got ${JSON.stringify(value)}`),
    (error: unknown) => error as CloudError,
  );
const imagesAnswer = (...images: object[]) => ({ answer: { ImageSet: images, TotalCount: images.length } });
const syncRequest = (destinations = ["ap-beijing"]) => ({
  source: { region: "ap-guangzhou", imageId: "img-source" },
  destinations,
  name: "token",
  notAfter: Date.now() + 60_000,
});

describe("every call", () => {
  it("goes to the endpoint under the service's real name, signed for it, in English", async () => {
    const api = await serve(({ action }) =>
      action === "GetCallerIdentity" ? { answer: { AccountId: "100000000001" } } : imagesAnswer(),
    );
    vi.stubEnv("http_proxy", "http://127.0.0.1:1");
    const cloud = api.cloud();
    await cloud.images("ap-guangzhou", "custom");
    await cloud.images("ap-shanghai-fsi", "custom");
    await cloud.tag({ region: "ap-tokyo", imageId: "img-1" }, "1", { a: "b" });
    expect(await cloud.account()).toBe("100000000001");
    await api.cloud({ site: "intl" }).images("ap-guangzhou", "custom");
    expect(api.requests.map(({ host, region }) => [host, region])).toEqual([
      ["cvm.tencentcloudapi.com", "ap-guangzhou"],
      ["cvm.ap-shanghai-fsi.tencentcloudapi.com", "ap-shanghai-fsi"],
      ["tag.tencentcloudapi.com", undefined],
      ["sts.tencentcloudapi.com", "ap-guangzhou"],
      ["cvm.intl.tencentcloudapi.com", "ap-guangzhou"],
    ]);
    for (const { headers, host } of api.requests) {
      expect(headers.authorization).toContain(`/${host?.split(".")[0]}/tc3_request`);
      expect(headers["x-tc-language"]).toBe("en-US");
    }
  });

  it("asks for credentials anew", async () => {
    const api = await serve(() => imagesAnswer());
    let n = 0;
    const cloud = api.cloud({ credentials: async () => ({ secretId: `AKID${++n}`, secretKey: "k" }) });
    await cloud.images("ap-guangzhou", "custom");
    await cloud.images("ap-guangzhou", "custom");
    expect(api.requests.map(({ headers }) => /AKID\d/.exec(headers.authorization ?? "")?.[0])).toEqual([
      "AKID1",
      "AKID2",
    ]);
  });

  it("had no effect, and needs a person, without credentials", async () => {
    const api = await serve(() => imagesAnswer());
    const cloud = api.cloud({ credentials: () => Promise.reject(new Error("set TENCENTCLOUD_SECRET_ID")) });
    for (const call of [() => cloud.account(), () => cloud.syncImage(syncRequest())]) {
      const error = await failure(call());
      expect(error).toMatchObject({ name: "CloudError", code: "NoCredentials", outcome: "person", effect: "none" });
      expect(error.message).toContain("set TENCENTCLOUD_SECRET_ID");
    }
    expect(api.requests).toHaveLength(0);
  });

  it("says nothing of the keys in any error or log line, even when the cloud quotes them", async () => {
    const quote = `you sent ${KEY.secretKey} and ${KEY.token} of ${KEY.secretId}`;
    const lines: unknown[] = [];
    const told: string[] = [];
    for (const reaction of [
      { error: "AuthFailure.SignatureFailure", message: quote },
      { error: quote, message: quote },
      { raw: quote },
      { raw: JSON.stringify({ Response: quote }) },
      { answer: { AccountId: { quote } } },
      { answer: { AccountId: "1", ImageSet: quote } },
    ]) {
      const api = await serve(() => reaction);
      const cloud = api.cloud({ log: (line) => lines.push(line) });
      for (const error of [await failure(cloud.account().then(() => cloud.syncImage(syncRequest())))]) {
        told.push(inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), String(error.stack));
        for (let e: unknown = error; e instanceof Error; e = e.cause) told.push(e.message);
      }
    }
    const all = told.join("\n") + JSON.stringify(lines);
    expect(all).toContain("SignatureFailure");
    for (const secret of Object.values(KEY)) expect(all).not.toContain(secret);
  });

  it("stays below the quota of an action in a region", async () => {
    const arrivals: number[] = [];
    const api = await serve(() => {
      arrivals.push(Date.now());
      return { answer: { AccountId: "1" } };
    });
    const cloud = api.cloud();
    await Promise.all(Array.from({ length: 9 }, () => cloud.account()));
    const mostInASecond = Math.max(
      ...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + 900).length),
    );
    expect(mostInASecond).toBe(8);
  });
});

describe.concurrent("reads and repeatable writes", () => {
  it.each([
    ["throttling", { error: "RequestLimitExceeded" }],
    ["an internal error", { error: "InternalError" }],
    ["HTTP 502", { status: 502 }],
    ["a lost connection", { cut: true } as const],
  ])("are repeated after %s", async (_, trouble) => {
    const api = await serve((_request, n) => (n === 1 ? trouble : { answer: { AccountId: "1" } }));
    await expect(api.cloud().account()).resolves.toBe("1");
    await expect(api.cloud().rename({ region: "r", imageId: "img-1" }, "name", "words")).resolves.toBe("req-3");
  });

  it("are repeated after a timeout", async () => {
    const api = await serve((_request, n) => (n === 1 ? { hang: true } : { answer: { AccountId: "1" } }));
    await expect(api.cloud({ timeoutMs: 200 }).account()).resolves.toBe("1");
  });

  it("are not repeated after a refusal", async () => {
    const api = await serve(() => ({ error: "UnauthorizedOperation", message: "not for you" }));
    const error = await failure(api.cloud().images("ap-tokyo", "custom"));
    expect(error).toMatchObject({
      name: "CloudError",
      action: "DescribeImages",
      region: "ap-tokyo",
      code: "UnauthorizedOperation",
      outcome: "person",
      effect: "none",
      requestId: "req-e",
    });
    expect(error.message).toBe(
      "DescribeImages in ap-tokyo: UnauthorizedOperation: the key may not do this (not for you)",
    );
    expect(error.remedy).toContain("CAM");
    expect(api.requests).toHaveLength(1);
  });

  it("stop repeating when the run is ended", async () => {
    const run = new AbortController();
    const api = await serve(() => {
      setTimeout(() => run.abort(), 50);
      return { error: "InternalError" };
    });
    const error = await failure(api.cloud({ signal: run.signal }).account());
    expect(["InternalError", "Aborted"]).toContain(error.code);
    expect(api.requests).toHaveLength(1);
    await expect(api.cloud({ signal: run.signal }).account()).rejects.toMatchObject({
      code: "Aborted",
      effect: "none",
    });
    expect(api.requests).toHaveLength(1);
  });
});

describe.concurrent("tagging that the end of the run", () => {
  const image = { region: "ap-tokyo", imageId: "img-1" };

  it("keeps from being sent had no effect", async () => {
    const api = await serve(() => ({ answer: {} }));
    const cloud = api.cloud({ signal: AbortSignal.abort() });
    await expect(cloud.tag(image, "1", { a: "b" })).rejects.toMatchObject({ code: "Aborted", effect: "none" });
    expect(api.requests).toHaveLength(0);
  });

  it("cuts short may have had one", async () => {
    const run = new AbortController();
    const api = await serve(() => {
      run.abort();
      return { hang: true };
    });
    const call = api.cloud({ signal: run.signal }).tag(image, "1", { a: "b" });
    await expect(call).rejects.toMatchObject({ code: "Aborted", effect: "unknown", region: "ap-tokyo" });
  });
});

describe.concurrent("images", () => {
  it("maps what the API shows, whatever is absent or null", async () => {
    const api = await serve(() =>
      imagesAnswer(
        apiImage("img-1", {
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
        }),
        { ImageId: "img-2", ImageType: "PRIVATE_IMAGE", Tags: null, SyncPercent: null, ImageName: null },
        { ImageName: "without an id" },
        apiImage("img-3", { ImageType: "PUBLIC_IMAGE" }),
      ),
    );
    const images = await api.cloud().images("ap-tokyo", "custom");
    expect(images).toEqual([
      {
        region: "ap-tokyo",
        imageId: "img-1",
        name: "name of img-1",
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
        tags: Object.fromEntries([
          ["env", "prod"],
          ["__proto__", "x"],
          ["empty", ""],
        ]),
        syncPercent: 20,
      },
      expect.objectContaining({ imageId: "img-2", name: "", createdAt: 0, tags: {}, deprecated: false }),
    ]);
    expect(images[1]).not.toHaveProperty("syncPercent");
    expect(api.requests[0]?.params).toEqual({
      Filters: [{ Name: "image-type", Values: ["PRIVATE_IMAGE"] }],
      Offset: 0,
      Limit: 100,
    });
  });

  it("sees every image although others are deleted while it pages", async () => {
    let all = Array.from({ length: 230 }, (_, i) => apiImage(`img-${i}`));
    const api = await serve(({ params }, n) => {
      const { Offset, Limit } = params as { Offset: number; Limit: number };
      const page = { answer: { ImageSet: all.slice(Offset, Offset + Limit), TotalCount: all.length } };
      if (n === 1) all = [...all.slice(1), apiImage("img-new")]; // one goes, one comes: the count stays
      return page;
    });
    const ids = (await api.cloud().images("ap-tokyo", "custom")).map(({ imageId }) => imageId);
    expect(ids).toHaveLength(230);
    expect(ids).toEqual(all.map(({ ImageId }) => ImageId));
  });

  it("gives up on a list that never stands still", async () => {
    const api = await serve((_request, n) => ({ answer: { ImageSet: [apiImage(`img-${n}`)], TotalCount: 2 } }));
    await expect(api.cloud().images("ap-tokyo", "custom")).rejects.toMatchObject({
      code: "Unstable",
      outcome: "retry",
      effect: "none",
    });
  });

  it.each([
    ["no TotalCount", { ImageSet: [] }],
    ["a list that is none", { ImageSet: "x", TotalCount: 1 }],
    ["a number for a name", { ImageSet: [apiImage("img-1", { ImageName: 7 })], TotalCount: 1 }],
    ["a time that is none", { ImageSet: [apiImage("img-1", { CreatedTime: "yesterday" })], TotalCount: 1 }],
  ])("calls %s a bad answer", async (_, answer) => {
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
  const existing = ["img-1", "img-3"];
  const asked = Array.from({ length: 5 }, (_, i) => `img-${i}`);

  it.each([
    ["are left out", undefined],
    ["are an error", "InvalidImageId.NotFound"],
    ["are a wrong value", "InvalidParameterValue.InvalidImageIdMalformed"],
  ])("finds those that exist when unknown ids %s", async (_, code) => {
    const api = await serve(({ params }) => {
      const ids = (params as { ImageIds: string[] }).ImageIds;
      if (code && ids.some((id) => !existing.includes(id))) return { error: code };
      return imagesAnswer(...ids.filter((id) => existing.includes(id)).map((id) => apiImage(id)));
    });
    const images = await api.cloud().imagesById("ap-tokyo", [...asked, "img-1"]);
    expect(images.map(({ imageId }) => imageId)).toEqual(existing);
    expect(api.requests[0]?.params).toEqual({ ImageIds: asked, Limit: 100 });
  });

  it("leaves out a malformed id, asks for 100 at a time, and asks nothing when there is nothing to ask", async () => {
    const api = await serve(({ params }) => {
      const ids = (params as { ImageIds: string[] }).ImageIds;
      if (ids.includes("nonsense")) return { error: "InvalidImageId.Malformed" };
      return imagesAnswer(...ids.map((id) => apiImage(id)));
    });
    const cloud = api.cloud();
    expect(await cloud.imagesById("ap-tokyo", [])).toEqual([]);
    expect(await cloud.imagesById("ap-tokyo", ["nonsense"])).toEqual([]);
    const many = Array.from({ length: 150 }, (_, i) => `img-${i}`);
    expect(await cloud.imagesById("ap-tokyo", many)).toHaveLength(150);
    expect(api.requests).toHaveLength(3);
  });

  it("does not take a refusal, or an answer that holds images back, for absence", async () => {
    const refusing = await serve(() => ({ error: "UnauthorizedOperation" }));
    await expect(refusing.cloud().imagesById("ap-tokyo", ["img-1"])).rejects.toMatchObject({ outcome: "person" });
    const short = await serve(() => ({ answer: { ImageSet: [apiImage("img-1")], TotalCount: 2 } }));
    await expect(short.cloud().imagesById("ap-tokyo", ["img-1", "img-2"])).rejects.toMatchObject({ code: "BadAnswer" });
  });
});

describe.concurrent("syncImage", () => {
  it("asks for the ids and leaves an incomplete answer incomplete", async () => {
    const api = await serve(() => ({
      answer: {
        ImageSet: [
          { Region: "ap-beijing", ImageId: "img-b" },
          { Region: "ap-tokyo", ImageId: null },
          { Region: "ap-seoul", ImageId: "img-not-asked" },
        ],
      },
    }));
    const answer = await api.cloud().syncImage(syncRequest(["ap-beijing", "ap-tokyo", "ap-nanjing"]));
    expect(answer).toEqual({ imageIds: new Map([["ap-beijing", "img-b"]]), requestId: "req-1" });
    expect(api.requests[0]?.params).toEqual({
      ImageIds: ["img-source"],
      DestinationRegions: ["ap-beijing", "ap-tokyo", "ap-nanjing"],
      ImageName: "token",
      ImageSetRequired: true,
    });
  });

  it.each([
    ["a refusal", { error: "ImageQuotaLimitExceeded" }, "ImageQuotaLimitExceeded", "person", "none"],
    [
      "a busy source",
      { error: "FailedOperation.InvalidImageState" },
      "FailedOperation.InvalidImageState",
      "again",
      "none",
    ],
    ["throttling", { error: "RequestLimitExceeded" }, "RequestLimitExceeded", "again", "none"],
    ["an internal error", { error: "InternalError" }, "InternalError", "retry", "unknown"],
    ["a code nobody knows", { error: "Strange.Thing" }, "Strange.Thing", "retry", "unknown"],
    ["HTTP 503", { status: 503 }, "HttpStatus", "retry", "unknown"],
    ["a lost connection", { cut: true } as const, "Network", "retry", "unknown"],
    ["no JSON", { raw: "<html>" }, "BadAnswer", "retry", "unknown"],
    ["JSON of another shape", { raw: "{}" }, "BadAnswer", "retry", "unknown"],
    ["a wrong ImageSet", { answer: { ImageSet: 7 } }, "BadAnswer", "retry", "unknown"],
    ["silence", { hang: true } as const, "Timeout", "retry", "unknown"],
  ])("is sent once, whatever comes back: %s", async (_, reaction, code, outcome, effect) => {
    const api = await serve(() => reaction);
    const error = await failure(api.cloud({ timeoutMs: 300 }).syncImage(syncRequest()));
    expect(error).toMatchObject({ name: "CloudError", action: "SyncImages", region: "ap-guangzhou" });
    expect(error).toMatchObject({ code, outcome, effect });
    expect(api.requests).toHaveLength(1);
  });

  it("does not follow a redirect", async () => {
    const api = await serve(() => ({ status: 307, location: "/again" }));
    await expect(api.cloud().syncImage(syncRequest())).rejects.toMatchObject({ effect: "unknown" });
    expect(api.requests).toHaveLength(1);
  });

  it("had no effect when it could not connect", async () => {
    const api = await startApi(() => ({ hang: true }));
    await api.close();
    await expect(api.cloud().syncImage(syncRequest())).rejects.toMatchObject({ code: "Network", effect: "none" });
  });

  it("uses a connection of its own, which nobody can have closed before", async () => {
    const api = await serve(({ action }) => (action === "SyncImages" ? { answer: {} } : imagesAnswer()));
    const cloud = api.cloud();
    for (let i = 0; i < 3; i++) await cloud.images("ap-tokyo", "custom");
    expect(api.connections()).toBe(1);
    await cloud.syncImage(syncRequest());
    expect(api.connections()).toBe(2);
  });
});

describe.concurrent("trySyncImage", () => {
  it.each([
    ["an empty success", { answer: {} }],
    ["DryRunOperation", { error: "DryRunOperation" }],
  ])("takes %s for a yes", async (_, reaction) => {
    const api = await serve(() => reaction);
    await api.cloud().trySyncImage({ ...syncRequest(), notAfter: 0 });
    expect(api.requests.map(({ params }) => (params as { DryRun?: boolean }).DryRun)).toEqual([true]);
  });

  it("throws the refusal, is repeated after throttling and after nothing else, and never had an effect", async () => {
    const refusing = await serve((_request, n) => ({ error: n === 1 ? "RequestLimitExceeded" : "InternalError" }));
    await expect(refusing.cloud().trySyncImage(syncRequest())).rejects.toMatchObject({
      code: "InternalError",
      effect: "none",
    });
    expect(refusing.requests).toHaveLength(2);
  });
});

describe.concurrent("tag and rename", () => {
  it("tags ten at a time and answers the last request id", async () => {
    const api = await serve(() => ({ answer: { FailedResources: [] } }));
    const tags = Object.fromEntries(Array.from({ length: 23 }, (_, i) => [`k${i}`, `v${i}`]));
    expect(await api.cloud().tag({ region: "ap-tokyo", imageId: "img-1" }, "100000000001", tags)).toBe("req-3");
    const sent = api.requests.map(({ params }) => params as { ResourceList: string[]; Tags: object[] });
    expect(sent.map(({ Tags }) => Tags.length)).toEqual([10, 10, 3]);
    expect(sent[0]?.ResourceList).toEqual(["qcs::cvm:ap-tokyo:uin/100000000001:image/img-1"]);
    expect(sent[2]?.Tags[2]).toEqual({ TagKey: "k22", TagValue: "v22" });
  });

  it("throws for a resource that failed, with its code", async () => {
    const api = await serve(() => ({
      answer: { FailedResources: [{ Resource: "…", Code: "InvalidParameter.Tag", Message: "bad tag" }] },
    }));
    const error = await failure(api.cloud().tag({ region: "ap-tokyo", imageId: "img-1" }, "1", { a: "b" }));
    expect(error).toMatchObject({ code: "InvalidParameter.Tag", outcome: "person", region: "ap-tokyo" });
    expect(error.requestId).toBe("req-1");
  });

  it("sets name and description in one call", async () => {
    const api = await serve(() => ({ answer: {} }));
    expect(await api.cloud().rename({ region: "ap-tokyo", imageId: "img-1" }, "final", "")).toBe("req-1");
    expect(api.requests[0]).toMatchObject({
      action: "ModifyImageAttribute",
      region: "ap-tokyo",
      params: { ImageId: "img-1", ImageName: "final", ImageDescription: "" },
    });
  });
});
