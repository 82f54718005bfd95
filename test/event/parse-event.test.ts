import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeOf, unpackCls } from "../../lib/event/json-values.ts";
import { parseEvent } from "../../lib/event/parse-event.ts";

type Json = Record<string, unknown>;
const FOLDER = new URL("../../../events/", import.meta.url);
const sample = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")) as Json;
const images = (payload: unknown) => parseEvent(payload).hints.map((hint) => `${hint.region}/${hint.imageId}`);
const reasons = (payload: unknown) => parseEvent(payload).ignored.map((entry) => entry.text);

/** The CreateImage sample with other fields in its record. */
function created(record: Json, envelope: Json = {}): Json {
  const event = sample("image-created");
  return { ...event, ...envelope, data: { ...(event["data"] as Json), ...record } };
}

describe("the sample events", () => {
  const named: Record<string, string[]> = {
    "image-created": ["ap-guangzhou/img-8toqc6s3"],
    "image-created-console": ["ap-guangzhou/img-2m9dk1x7"],
    "image-imported": ["ap-shanghai/img-5x0wq8rt"],
    "image-shared": ["ap-guangzhou/img-8toqc6s3"],
    "image-deleted": ["ap-guangzhou/img-8toqc6s3", "ap-guangzhou/img-2m9dk1x7"],
    "image-tagged": ["ap-singapore/img-7k3vb5zn"],
    batch: ["ap-guangzhou/img-8toqc6s3", "ap-shanghai/img-evhmf3fy", "ap-beijing/img-d4nr20cq"],
    cls: ["ap-guangzhou/img-8toqc6s3", "ap-shanghai/img-5x0wq8rt"],
    ckafka: ["ap-guangzhou/img-8toqc6s3"],
    "by-hand": ["ap-guangzhou/img-8toqc6s3"],
  };
  const ignored: Record<string, RegExp> = {
    cos: /audit log "\/1250000000\/audit\/.*Deliver the audit by EventBridge/,
    evaluate: /unknown event with "policy", "dryRun"/,
    timer: /poll-copies/,
    "hello-world": /hello-world/,
    "failed-call": /failed \("ImageQuotaLimitExceeded"\)/,
    "other-product": /CreateSnapshot says nothing new/,
  };

  it.each(Object.entries(named))("names the images of %s", (name, expected) => {
    expect(images(sample(name))).toEqual(expected);
    expect(reasons(sample(name))).toEqual([]);
  });

  it.each(Object.entries(ignored))("says why %s names none", (name, reason) => {
    expect(images(sample(name))).toEqual([]);
    expect(reasons(sample(name))).toEqual([expect.stringMatching(reason)]);
  });

  it("are all accounted for, here and in their README", () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
    expect(files.sort()).toEqual([...Object.keys(named), ...Object.keys(ignored)].map((name) => `${name}.json`).sort());
    const readme = readFileSync(new URL("README.md", FOLDER), "utf8");
    for (const file of files) expect(readme).toContain(`| \`${file}\` |`);
  });
});

describe("an audit record", () => {
  it("keeps what happened, the event's id and its time", () => {
    expect(parseEvent(sample("image-created")).hints).toEqual([
      {
        region: "ap-guangzhou",
        imageId: "img-8toqc6s3",
        what: "CreateImage",
        eventId: "5d0a2c6e-63c4-4c07-9d0c-0f5e2a1b7c01",
        at: Date.UTC(2025, 10, 21, 10),
      },
    ]);
  });

  it.each(["ApiCall", "ConsoleCall", "MiniProgramCall"])(
    "is read from an event of type %s, whatever its source",
    (kind) => {
      expect(images(created({}, { type: `cvm:CloudEvent:${kind}`, source: "qcs::cvm" }))).toHaveLength(1);
    },
  );

  it("is read without an envelope, as text, and as text in text", () => {
    const { data } = sample("image-created");
    expect(images(data)).toHaveLength(1);
    expect(images(JSON.stringify(data))).toHaveLength(1);
    expect(images(JSON.stringify(JSON.stringify(data)))).toHaveLength(1);
    expect(images(created({}, { data: JSON.stringify(data) }))).toHaveLength(1);
    expect(images({ ...sample("image-created"), data: JSON.stringify(data) })).toHaveLength(1);
  });

  it("is not unpacked from a third layer of text", () => {
    const text = JSON.stringify(JSON.stringify(JSON.stringify(sample("image-created"))));
    expect(images(text)).toEqual([]);
    expect(reasons(text)).toEqual([expect.stringContaining("is no JSON")]);
  });

  it.each([
    { errorCode: 0, apiErrorCode: 0 },
    { errorCode: "0", apiErrorCode: "0" },
    { errorCode: "", apiErrorCode: "" },
    { errorCode: undefined, apiErrorCode: null },
  ])("is a success with the codes %j", (codes) => {
    expect(images(created(codes))).toHaveLength(1);
  });

  it.each([
    [{ errorCode: "AuthFailure.SignatureFailure" }, "AuthFailure.SignatureFailure"],
    [{ errorCode: 4100 }, "4100"],
    [{ apiErrorCode: "InvalidInstanceId.NotFound" }, "InvalidInstanceId.NotFound"],
    [{ responseElements: '{"Response":{"Error":{"Code":"InternalError","Message":""}}}' }, "InternalError"],
  ])("is ignored when the call failed: %j", (fields, code) => {
    expect(images(created(fields))).toEqual([]);
    expect(reasons(created(fields))).toEqual([expect.stringContaining(code)]);
  });

  it.each([
    ["a map", { ImageId: "img-aaaa1111" }],
    ["text", '{"ImageId":"img-aaaa1111"}'],
    ["wrapped in Response", '{"Response":{"ImageId":"img-aaaa1111","RequestId":""}}'],
  ])("takes the id from responseElements as %s", (_, responseElements) => {
    expect(images(created({ responseElements }))).toEqual(["ap-guangzhou/img-aaaa1111"]);
  });

  it.each<[string, Json, Json]>([
    ["resources as text", { resources: '["qcs::cvm:ap-tokyo:uin/1:image/img-aaaa1111"]' }, {}],
    ["resources as a list", { resources: ["qcs::cvm:ap-tokyo:uin/:image/img-aaaa1111"] }, {}],
    ["resourceName", { resourceName: "img-aaaa1111", eventRegion: "ap-tokyo" }, {}],
    ["resourceSet", { resourceSet: [{ resourceId: "img-aaaa1111" }], eventRegion: "ap-tokyo" }, {}],
    ["the envelope's subject", { eventRegion: "ap-tokyo" }, { subject: "img-aaaa1111" }],
    ["the envelope's region", { eventRegion: "", resourceName: "img-aaaa1111" }, { region: "ap-tokyo" }],
    [
      "the request's region",
      { eventRegion: null, resourceName: "img-aaaa1111", requestParameters: '{"Region":"ap-tokyo"}' },
      {},
    ],
  ])("falls back to %s when there is no answer", (_, record, envelope) => {
    const silent = { responseElements: undefined, ...record };
    expect(images(created(silent, { subject: "", ...envelope }))).toEqual(["ap-tokyo/img-aaaa1111"]);
  });

  it("prefers the record's region to the envelope's, which may be that of the event bus", () => {
    expect(images(created({ eventRegion: "eu-frankfurt" }))).toEqual(["eu-frankfurt/img-8toqc6s3"]);
  });

  it("takes ids out of a request that was sent with GET", () => {
    const requestParameters = JSON.stringify({ "ImageIds.0": "img-aaaa1111", "ImageIds.1": "img-bbbb2222" });
    const payload = created({ eventName: "DeleteImages", requestParameters, responseElements: "{}" }, { subject: "" });
    expect(images(payload)).toEqual(["ap-guangzhou/img-aaaa1111", "ap-guangzhou/img-bbbb2222"]);
  });

  it("takes no id out of a name or a description", () => {
    const requestParameters = JSON.stringify({ ImageName: "img-aaaa1111", ImageDescription: "img-bbbb2222" });
    expect(images(created({ requestParameters, responseElements: "{}" }, { subject: "" }))).toEqual([]);
  });

  it("of a copy names the source in its region and each copy in its own", () => {
    expect(images((sample("batch") as unknown as unknown[])[1])).toEqual([
      "ap-guangzhou/img-8toqc6s3",
      "ap-shanghai/img-evhmf3fy",
      "ap-beijing/img-d4nr20cq",
    ]);
  });

  it("of tags on something else names none", () => {
    const requestParameters = '{"ResourceList":["qcs::cvm:ap-tokyo:uin/1:instance/ins-aaaa1111"]}';
    const payload = created({ eventName: "TagResources", requestParameters, responseElements: "{}" }, { subject: "" });
    expect(reasons(payload)).toEqual(["TagResources names no image"]);
  });

  it("with tags by service and region is read", () => {
    const requestParameters = {
      ServiceType: "cvm",
      ResourcePrefix: "image",
      ResourceIds: ["img-aaaa1111"],
      ResourceRegion: "ap-tokyo",
    };
    expect(images(created({ eventName: "AttachResourcesTag", requestParameters, responseElements: "{}" }))).toEqual([
      "ap-tokyo/img-aaaa1111",
    ]);
  });

  it.each([
    ["EventBridge events", { events: [sample("image-created")] }],
    ["records", { Records: [sample("image-created")] }],
    [
      "a connector's message",
      { specversion: "1.0", type: "connector:ckafka", data: { msgBody: JSON.stringify(sample("image-created")) } },
    ],
  ])("is found in %s", (_, payload) => {
    expect(images(payload)).toEqual(["ap-guangzhou/img-8toqc6s3"]);
  });
});

describe("an event typed by hand", () => {
  it("may name several images", () => {
    expect(images({ region: "ap-tokyo", imageIds: ["img-aaaa1111", "img-bbbb2222", "img-aaaa1111"] })).toEqual([
      "ap-tokyo/img-aaaa1111",
      "ap-tokyo/img-bbbb2222",
    ]);
  });

  it.each([
    [{ region: "ap-tokyo", imageId: "ins-aaaa1111" }, '"ins-aaaa1111" is no image id'],
    [{ region: "ap-tokyo", imageId: "img-AAAA1111" }, '"img-AAAA1111" is no image id'],
    [{ region: "ap-tokyo", imageId: "img-aaaa1111\n" }, "is no image id"],
    [{ region: "Tokyo", imageId: "img-aaaa1111" }, '"Tokyo" is no region'],
    [{ imageId: "img-aaaa1111" }, "nothing is no region"],
    [{ region: "ap-tokyo", imageIds: "img-aaaa1111" }, "imageIds must be a list"],
  ])("says what is wrong with %j", (payload, reason) => {
    expect(images(payload)).toEqual([]);
    expect(reasons(payload)).toEqual([expect.stringContaining(reason)]);
  });

  it("quotes a value shortened and without control characters", () => {
    const [reason = ""] = reasons({ region: "ap-tokyo", imageId: `\u001b[31m\u202e${"x".repeat(5000)}` });
    expect(reason.length).toBeLessThan(200);
    expect(reason).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe("anything else", () => {
  it.each([
    [undefined, "nothing is no event"],
    [null, "nothing is no event"],
    [17, "17 is no event"],
    ["", '"" is no JSON'],
    [{}, "an empty event"],
    [[], "an empty list"],
    [{ httpMethod: "POST", body: '{"region":"ap-tokyo","imageId":"img-aaaa1111"}' }, "an HTTP request"],
    [{ specversion: "1.0", type: "cvm:ErrorEvent:GuestReboot", data: {} }, "which is no audit event"],
    [{ specversion: "1.0", type: "cvm:CloudEvent:ApiCall", data: "x" }, "without an audit record"],
    [{ clslogs: { data: "not gzip" } }, "no gzip in base64"],
    [{ clslogs: {} }, "without clslogs.data"],
    [{ clslogs: { data: gzipSync("no json").toString("base64") } }, "holds no JSON"],
  ])("%j is ignored with a reason", (payload, reason) => {
    expect(parseEvent(payload)).toEqual({ hints: [], ignored: [{ text: expect.stringContaining(reason) as string }] });
  });

  it("does not hide the good part of a batch", () => {
    const payload = [sample("hello-world"), sample("image-created"), "rubbish"];
    expect(images(payload)).toEqual(["ap-guangzhou/img-8toqc6s3"]);
    expect(reasons(payload)).toHaveLength(2);
  });

  it("never makes it throw, and every hint is well formed", () => {
    const words = fc.constantFrom(
      "eventName",
      "data",
      "type",
      "Records",
      "clslogs",
      "imageId",
      "imageIds",
      "region",
      "Ckafka",
      "msgBody",
      "content",
      "responseElements",
      "requestParameters",
      "resources",
      "ImageSet",
    );
    const values = fc.oneof(
      fc.anything(),
      fc.constantFrom<unknown>(
        "CreateImage",
        "img-aaaa1111",
        "ap-tokyo",
        "cvm:CloudEvent:ApiCall",
        "{}",
        '["img-aaaa1111"]',
      ),
    );
    const { event } = fc.letrec((tie) => ({
      event: fc.oneof(
        { maxDepth: 6 },
        values,
        fc.dictionary(words, tie("event")),
        fc.array(tie("event"), { maxLength: 4 }),
        tie("event").map((value) => JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? 1 : v))),
      ),
    }));
    fc.assert(
      fc.property(event, (payload) => {
        const { hints, ignored } = parseEvent(payload);
        for (const hint of hints) {
          expect(hint.region).toMatch(/^[a-z]{2,}-[a-z0-9-]+$/);
          expect(hint.imageId).toMatch(/^img-[0-9a-z]{4,32}$/);
        }
        expect(hints.length + ignored.length).toBeGreaterThan(0);
        for (const { text } of ignored) expect(text).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps its limits: depth, number, size", () => {
    let deep: unknown = sample("image-created");
    for (let i = 0; i < 50; i++) deep = [deep];
    expect(reasons(deep)).toEqual(["an event nested too deeply"]);

    const ids = Array.from({ length: 1500 }, (_, i) => `img-${String(i).padStart(8, "0")}`);
    const many = parseEvent({ region: "ap-tokyo", imageIds: ids });
    expect(many.hints).toHaveLength(1000);
    expect(many.ignored).toEqual([{ text: "500 more images than 1000: left to the next sweep" }]);

    expect(reasons(`"${"x".repeat(6 * 1024 * 1024)}"`)).toEqual(["a text of more than 6 MB"]);
    const rubbish = Array.from({ length: 300 }, (_, i) => ({ [`key-${i}`]: 1 }));
    expect(reasons(rubbish)).toHaveLength(101);
    const parts = Array.from({ length: 30_000 }, () => sample("timer")["Type"]);
    expect(reasons(parts)[0]).toContain("more than 20000 parts");
  });

  it("is not unpacked to more than 6 MB", () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 32)).toString("base64");
    expect(unpackCls(bomb)).toEqual({ problem: "clslogs.data unpacks to more than 6 MB" });
  });
});

describe("timeOf", () => {
  const at = Date.UTC(2025, 10, 21, 10);
  it.each([
    [at / 1000, at],
    [at, at],
    [at * 1000, at],
    [String(at / 1000), at],
    [String(at), at],
    ["2025-11-21 18:00:00", at],
    ["2025-11-21T10:00:00Z", at],
    ["2025-11-21T10:00:00+00:00", at],
    ["", undefined],
    ["soon", undefined],
    ["2025-13-41 99:00:00", undefined],
    [0, undefined],
    [-1, undefined],
    [Number.NaN, undefined],
    [1e30, undefined],
    [null, undefined],
  ])("reads %j as %j", (value, expected) => {
    expect(timeOf(value)).toBe(expected);
  });
});
