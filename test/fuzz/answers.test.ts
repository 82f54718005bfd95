// Random answers of the API: every method returns a value of the right type or throws a CloudError.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listedImages, refuseFailed, syncedIds } from "../../lib/adapters/tencent/calls/decode.ts";
import { cloudOver } from "../../lib/adapters/tencent/tencent-cloud.ts";
import { AnswerError } from "../../lib/adapters/tencent/transport/answer.ts";
import { transport } from "../../lib/adapters/tencent/transport/transport.ts";
import { CloudError } from "../../lib/model/errors.ts";
import { isImageId } from "../../lib/model/image.ts";
import type { Cloud } from "../../lib/model/ports.ts";
import type { Image } from "../../lib/model/types.ts";
import { KEY, type Reaction, startApi } from "../adapters/tencent/api-server.ts";
import fc from "../support/random.ts";
import { json, mutated, nastyText, PATIENCE, RAW, runs } from "./arbitraries.ts";

const IMAGE = {
  ImageId: "img-8toqc6s3",
  ImageName: "golden-web",
  ImageDescription: "x",
  ImageType: "PRIVATE_IMAGE",
  ImageState: "NORMAL",
  ImageSize: 50,
  OsName: "TencentOS",
  Platform: "TencentOS",
  Architecture: "x86_64",
  ImageCreator: "100000000001",
  CreatedTime: "2026-03-21T08:41:45Z",
  ImageFamily: "golden",
  ImageDeprecated: false,
  SyncPercent: 20,
  Tags: [{ Key: "a", Value: "b" }],
};
const IMAGES = { TotalCount: 1, ImageSet: [IMAGE], RequestId: "r" };
const SYNCED = { ImageSet: [{ ImageId: "img-2m9dk1x7", Region: "ap-tokyo" }], RequestId: "r" };
const TAGGED = { FailedResources: [{ Resource: "x", Code: "ResourceInUse", Message: "m" }], RequestId: "r" };
const FAILED = { Error: { Code: "InternalError", Message: "no" }, RequestId: "r" };
const IDENTITY = { AccountId: "100000000001", RequestId: "r" };

const answer = mutated([IMAGES, SYNCED, TAGGED, FAILED, IDENTITY]);
const reaction: fc.Arbitrary<Reaction> = fc.oneof(
  { arbitrary: answer.map((Response) => ({ raw: JSON.stringify({ Response }) })), weight: 6 },
  mutated([{ Response: FAILED }, { Response: IMAGES }]).map((body) => ({ raw: JSON.stringify(body) })),
  json.map((body) => ({ raw: JSON.stringify(body) })),
  nastyText.map((raw) => ({ raw })),
  fc.tuple(nastyText, nastyText).map(([error, message]) => ({ error, message })),
  fc.constantFrom({ raw: "" }, { raw: "null" }, { raw: '{"Response":null}' }, { raw: "[".repeat(100_000) }),
  fc.constantFrom({ status: 204 }, { status: 301, location: "/elsewhere" }, { status: 418 }, { status: 503 }),
);

function expectImage(image: Image): void {
  const { region, name, description, state, osName, platform, architecture, creator } = image;
  for (const text of [region, image.imageId, name, description, state, osName, platform, architecture, creator]) {
    expect(typeof text).toBe("string");
  }
  expect(image.imageId).not.toBe("");
  expect(["custom", "shared", "public"]).toContain(image.type);
  for (const number of [image.sizeGiB, image.createdAt, image.syncPercent ?? 0])
    expect(Number.isFinite(number)).toBe(true);
  expect(new Date(image.createdAt).toISOString()).toMatch(/Z$/);
  expect(Object.values(image.tags).every((value) => typeof value === "string")).toBe(true);
}

describe("random parts of an answer", () => {
  const part = fc.oneof(json, mutated([IMAGES.ImageSet, SYNCED.ImageSet, TAGGED.FailedResources, [IMAGE, IMAGE]]));
  const expectSound = (decode: () => void) => {
    try {
      decode();
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error;
    }
  };

  it("are images, copies or an AnswerError", () => {
    fc.assert(
      fc.property(part, (value) => {
        expectSound(() => listedImages(value, "ap-tokyo").forEach(({ image }) => image && expectImage(image)));
        expectSound(() => {
          const source = { region: "ap-guangzhou", imageId: "img-2m9dk1x7" };
          for (const [region, id] of syncedIds(value, { source, destinations: ["ap-tokyo"], name: "x", notAfter: 0 }))
            expect([region, isImageId(id)]).toEqual(["ap-tokyo", true]);
        });
        expectSound(() => refuseFailed(value));
      }),
      runs(2000),
    );
  });

  it("are refused if a number is not finite", () => {
    for (const field of ["ImageSize", "SyncPercent"]) {
      const odd = JSON.stringify([IMAGE]).replace(new RegExp(`("${field}"):\\d+`), "$1:1e999");
      expect(() => listedImages(JSON.parse(odd), "ap-tokyo")).toThrow(AnswerError);
    }
  });

  it("pollute no prototype by the keys of tags", () => {
    const Tags = ["__proto__", "constructor", "toString"].map((Key) => ({ Key, Value: "x" }));
    const [listed] = listedImages([{ ...IMAGE, Tags }], "ap-tokyo");
    expect(Object.entries(listed?.image?.tags ?? {})).toHaveLength(3);
    expect(Object.getPrototypeOf(listed?.image?.tags)).toBe(Object.prototype);
  });
});

describe("an API with random answers", () => {
  let next: Reaction = { answer: IDENTITY };
  let api: Awaited<ReturnType<typeof startApi>>;
  beforeAll(async () => {
    api = await startApi(() => next);
  });
  afterAll(() => api.close());

  const { signal } = new AbortController();
  const soon = () => Date.now() + 60_000;
  const cloudAt = (url: string): Cloud => {
    const send = transport({ endpoint: new URL(url), site: "cn", credentials: async () => KEY, signal, now: Date.now });
    return cloudOver(send, { site: "cn", signal, repeat: (call) => call() });
  };

  function expectError(error: unknown): void {
    if (!(error instanceof CloudError)) throw error;
    expect(error.code).toMatch(/^[A-Za-z][\w.]{0,127}$/);
    expect(["requeue", "retry", "terminal"]).toContain(error.outcome);
    expect(error.message.length).toBeLessThan(3_000);
    expect(error.message).not.toMatch(RAW);
    expect(error.message).not.toContain("\n");
    expect(error.message).not.toContain(KEY.secretKey);
  }

  it("makes every method return a value of the right type or throw a CloudError", { timeout: PATIENCE }, async () => {
    const cloud = cloudAt(api.url);
    expect(await cloud.account()).toBe("100000000001");
    // Calls of one action wait for the rate limit of each region, so every call has a new region.
    let regions = 0;
    const methods: Record<string, (region: string) => Promise<void>> = {
      images: async (region) => (await cloud.images(region, "custom")).forEach(expectImage),
      imagesById: async (region) => (await cloud.imagesById(region, ["img-8toqc6s3"])).forEach(expectImage),
      syncImage: async (region) => {
        const source = { region, imageId: "img-8toqc6s3" };
        const { imageIds } = await cloud.syncImage({
          source,
          destinations: ["ap-tokyo"],
          name: "x",
          notAfter: Date.now() + 60_000,
        });
        expect([...imageIds.keys()].every((key) => key === "ap-tokyo")).toBe(true);
      },
      trySyncImage: (region) =>
        cloud.trySyncImage({
          source: { region, imageId: "img-8toqc6s3" },
          destinations: ["ap-tokyo"],
          name: "x",
          notAfter: 0,
        }),
      modify: async (region) => {
        expect(typeof (await cloud.modify({ region, imageId: "img-8toqc6s3" }, { name: "x" }, soon()))).toBe("string");
      },
      share: async (region) => {
        const { requestId } = await cloud.share({ region, imageId: "img-8toqc6s3" }, ["1"], soon());
        expect(typeof requestId).toBe("string");
      },
      unshare: async (region) => {
        expect(typeof (await cloud.unshare({ region, imageId: "img-8toqc6s3" }, ["1"], soon()))).toBe("string");
      },
      deleteImage: async (region) => {
        expect(typeof (await cloud.deleteImage({ region, imageId: "img-8toqc6s3" }, soon()))).toBe("string");
      },
      sharedWith: async (region) => {
        for (const account of await cloud.sharedWith({ region, imageId: "img-8toqc6s3" }))
          expect(typeof account).toBe("string");
      },
      quota: async (region) => {
        expect(Number.isFinite(await cloud.quota(region))).toBe(true);
      },
      familyImage: async (region) => {
        expect(["string", "undefined"]).toContain(typeof (await cloud.familyImage(region, "golden")));
      },
      uses: async (region) => {
        expect((await cloud.uses(region, ["img-8toqc6s3"], "all")).size).toBeLessThanOrEqual(1);
      },
    };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(methods)), reaction, async (method, reply) => {
        next = reply;
        regions += 1;
        await (methods[method] as (region: string) => Promise<void>)(`ap-r${regions}`).catch(expectError);
      }),
      runs(300),
    );
    await fc.assert(
      fc.asyncProperty(reaction, async (reply) => {
        next = reply;
        const done = cloud.tag(
          { region: "ap-tokyo", imageId: "img-8toqc6s3" },
          "100000000001",
          { a: "b" },
          Date.now() + 60_000,
        );
        const requestId = done.then((answer) => answer.requestId);
        expect(typeof (await requestId.catch((error: unknown) => (expectError(error), "")))).toBe("string");
      }),
      // TagResources has no region, so the rate limit is 8 calls per second in total.
      runs(12),
    );
  });

  it("makes account() return an account or throw a CloudError", {
    timeout: PATIENCE,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(reaction, async (reply) => {
        const server = await startApi(
          () => reply,
          () => reply,
        );
        try {
          const account = await cloudAt(server.url)
            .account()
            .catch((error: unknown) => (expectError(error), "none"));
          expect(typeof account).toBe("string");
        } finally {
          await server.close();
        }
      }),
      runs(40),
    );
  });
});
