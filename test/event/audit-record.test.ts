// How a CloudAudit record is read, in all the ways in which the vendor's pages write one.
import { describe, expect, it } from "vitest";
import { timeOf } from "../../lib/event/json-values.ts";
import { parseEvent } from "../../lib/event/parse-event.ts";
import { fullText } from "../../lib/model/messages/define.ts";
import { REGIONS } from "../../lib/policy/values/regions.ts";
import { sampleEvent } from "../support/sample-events.ts";

type Json = Record<string, unknown>;
const sample = (name: string) => sampleEvent(`image-created/${name}`);
const images = (payload: unknown) => parseEvent(payload).hints.map((hint) => `${hint.region}/${hint.imageId}`);
const reasons = (payload: unknown) => parseEvent(payload).ignored.map(fullText);

/** The CreateImage sample with other fields in its record and its envelope. */
function created(record: Json, envelope: Json = {}): Json {
  const event = sample("created");
  return { ...event, ...envelope, data: { ...(event["data"] as Json), ...record } };
}

describe("an audit record", () => {
  it("gives the call, the event's id and its time", () => {
    expect(parseEvent(sample("created")).hints).toEqual([
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
    "is read from an event of type %s and of any source",
    (kind) => {
      expect(images(created({}, { type: `cvm:CloudEvent:${kind}`, source: "qcs::cvm" }))).toHaveLength(1);
    },
  );

  it("is read without an envelope, as text, and as text within text", () => {
    const { data } = sample("created");
    expect(images(data)).toHaveLength(1);
    expect(images(JSON.stringify(data))).toHaveLength(1);
    expect(images(JSON.stringify(JSON.stringify(data)))).toHaveLength(1);
    expect(images(created({}, { data: JSON.stringify(data) }))).toHaveLength(1);
    expect(images({ ...sample("created"), data: JSON.stringify(data) })).toHaveLength(1);
  });

  it("is not unpacked from a third layer of text", () => {
    const text = JSON.stringify(JSON.stringify(JSON.stringify(sample("created"))));
    expect(images(text)).toEqual([]);
    expect(reasons(text)).toEqual([expect.stringContaining("is not JSON")]);
  });

  it.each([
    { errorCode: 0, apiErrorCode: 0 },
    { errorCode: "0", apiErrorCode: "0" },
    { errorCode: "", apiErrorCode: "" },
    { errorCode: undefined, apiErrorCode: null },
  ])("counts as a success with the codes %j", (codes) => {
    expect(images(created(codes))).toHaveLength(1);
  });

  it.each([
    [{ errorCode: "AuthFailure.SignatureFailure" }, "AuthFailure.SignatureFailure"],
    [{ errorCode: 4100 }, "4100"],
    [{ apiErrorCode: "InvalidInstanceId.NotFound" }, "InvalidInstanceId.NotFound"],
    [{ responseElements: '{"Response":{"Error":{"Code":"InternalError","Message":""}}}' }, "InternalError"],
  ])("is ignored if the call failed: %j", (fields, code) => {
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
  ])("falls back to %s if there is no answer", (_, record, envelope) => {
    const silent = { responseElements: undefined, ...record };
    expect(images(created(silent, { subject: "", ...envelope }))).toEqual(["ap-tokyo/img-aaaa1111"]);
  });

  it.each<[string, string]>([
    ["a filled project", "qcs:id/1200001:cvm:ap-tokyo:uin/1:image/img-aaaa1111"],
    ["a short region", "qcs::cvm:jp:uin/1:image/img-aaaa1111"],
    ["both, without a uin", "qcs:id/1200001:cvm:jp::image/img-aaaa1111"],
  ])("reads a resource name with %s", (_, resource) => {
    for (const fields of [{ resources: JSON.stringify([resource]) }, { resourceName: resource }]) {
      const record = { ...fields, requestParameters: "", responseElements: undefined };
      expect(images(created(record, { subject: "" }))).toEqual(["ap-tokyo/img-aaaa1111"]);
    }
    const tagged = {
      eventName: "TagResources",
      requestParameters: { ResourceList: [resource] },
      responseElements: "{}",
    };
    expect(images(created(tagged))).toEqual(["ap-tokyo/img-aaaa1111"]);
  });

  it.each(REGIONS.flatMap(({ id, short }) => (short === undefined ? [] : [[short, id]])))(
    "reads the region %s as %s",
    (short, id) => {
      expect(images(created({ eventRegion: short }))).toEqual([`${id}/img-8toqc6s3`]);
      expect(images({ region: short, imageId: "img-aaaa1111" })).toEqual([`${id}/img-aaaa1111`]);
    },
  );

  it("takes the record's region if a resource has a region that is not known by its short form", () => {
    const resources = ["qcs:id/1200001:cvm:zz:uin/1:image/img-aaaa1111"];
    const record = { resources, eventRegion: "ap-tokyo", responseElements: undefined };
    expect(images(created(record, { subject: "" }))).toEqual(["ap-tokyo/img-aaaa1111"]);
  });

  it("takes one image for a name with a region and one without", () => {
    const resources = '["qcs:id/1:cvm:jp:uin/1:image/img-aaaa1111"]';
    const record = { resources, resourceName: "image/img-aaaa1111|image/img-bbbb2222", responseElements: undefined };
    expect(images(created(record, { subject: "" }))).toEqual(["ap-tokyo/img-aaaa1111", "ap-guangzhou/img-bbbb2222"]);
  });

  it("that names no image is answered with the fields that were read", () => {
    const record = {
      resources: '["qcs:id/1200001:cvm:gz:uin/1:instance/ins-aaaa1111"]',
      resourceName: "instance/ins-aaaa1111|instance/ins-bbbb2222",
      requestParameters: "",
      responseElements: undefined,
    };
    expect(reasons(created(record, { subject: "" }))).toEqual([
      'CreateImage names no image in resources "["qcs:id/1200001:cvm:gz:uin/1:instance/ins-aaaa1111"]", ' +
        'resourceName "instance/ins-aaaa1111|instance/ins-bbbb2222"; empty or absent are responseElements, ' +
        "requestParameters, resourceSet, the event's subject, the event's resource",
    ]);
  });

  it("takes the record's region before the envelope's, which may be the region of the event bus", () => {
    expect(images(created({ eventRegion: "eu-frankfurt" }))).toEqual(["eu-frankfurt/img-8toqc6s3"]);
  });

  it("takes ids from a request that was sent with GET", () => {
    const requestParameters = JSON.stringify({ "ImageIds.0": "img-aaaa1111", "ImageIds.1": "img-bbbb2222" });
    const payload = created({ eventName: "DeleteImages", requestParameters, responseElements: "{}" }, { subject: "" });
    expect(images(payload)).toEqual(["ap-guangzhou/img-aaaa1111", "ap-guangzhou/img-bbbb2222"]);
  });

  it("takes no id from a name or a description", () => {
    const requestParameters = JSON.stringify({ ImageName: "img-aaaa1111", ImageDescription: "img-bbbb2222" });
    expect(images(created({ requestParameters, responseElements: "{}" }, { subject: "" }))).toEqual([]);
  });

  it("of a copy names the source and each copy, each in its own region", () => {
    expect(images((sample("batch") as unknown as unknown[])[1])).toEqual([
      "ap-guangzhou/img-8toqc6s3",
      "ap-shanghai/img-evhmf3fy",
      "ap-beijing/img-d4nr20cq",
    ]);
  });

  it("of tags on another resource names no image", () => {
    const requestParameters = '{"ResourceList":["qcs::cvm:ap-tokyo:uin/1:instance/ins-aaaa1111"]}';
    const payload = created({ eventName: "TagResources", requestParameters, responseElements: "{}" }, { subject: "" });
    expect(reasons(payload)).toEqual([
      expect.stringMatching(/^TagResources names no image in responseElements "{}", /),
    ]);
  });

  it("is read if it names tags by service and region", () => {
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
    ["EventBridge events", { events: [sample("created")] }],
    ["records", { Records: [sample("created")] }],
    [
      "a connector's message",
      { specversion: "1.0", type: "connector:ckafka", data: { msgBody: JSON.stringify(sample("created")) } },
    ],
  ])("is read from %s", (_, payload) => {
    expect(images(payload)).toEqual(["ap-guangzhou/img-8toqc6s3"]);
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
