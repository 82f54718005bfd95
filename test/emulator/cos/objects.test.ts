// Objects of COS: put, read, delete, the forbidden overwrite, versioning and checksums.
import { describe, expect, it } from "vitest";
import { BUCKET, cosBench, expectRefusal, md5, valuesOf } from "./support.ts";

const versioned = (status: string) => ({
  method: "PUT",
  query: { versioning: "" },
  body: `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`,
});
const multi = (keys: readonly string[], more = "") => {
  const objects = keys.map((key) => `<Object><Key>${key}</Key></Object>`).join("");
  return document(`<?xml version="1.0"?>\n<Delete>${more}${objects}</Delete>`);
};
const document = (body: string) => ({
  method: "POST",
  query: { delete: "" },
  body,
  headers: { "content-md5": md5(body) },
});

describe("an object", () => {
  it("is read as it was put, with its headers", () => {
    const b = cosBench();
    const put = b.put("dir/ü #1.json", '{"a":1}', {
      "content-type": "application/json",
      "x-cos-meta-writer": "me",
      "x-cos-acl": "private",
    });
    const etag = `"${Buffer.from(md5('{"a":1}'), "base64").toString("hex")}"`;
    expect(put).toMatchObject({ status: 200, text: "", headers: { etag } });
    b.tick(5000);
    const got = b.send({ key: "dir/ü #1.json" });
    expect(got).toMatchObject({ status: 200, text: '{"a":1}' });
    expect(got.headers).toMatchObject({
      "content-type": "application/json",
      "content-length": "7",
      "x-cos-meta-writer": "me",
      etag,
      "last-modified": "Thu, 15 Jan 2026 08:00:00 GMT",
      date: "Thu, 15 Jan 2026 08:00:05 GMT",
      server: "tencent-cos",
    });
    expect(got.headers["x-cos-request-id"]).toMatch(/^\w+=*$/);
    expect(got.headers["x-cos-request-id"]).not.toBe(put.headers["x-cos-request-id"]);
    expect(got.headers["x-cos-acl"]).toBeUndefined();
    const head = b.send({ method: "HEAD", key: "dir/ü #1.json" });
    expect(head).toMatchObject({ status: 200, text: "", headers: { etag, "content-length": "7" } });
  });

  it("keeps bytes, and a copy of what was sent", () => {
    const b = cosBench();
    const bytes = new Uint8Array([0, 255, 128, 10]);
    b.send({ method: "PUT", key: "k", body: bytes });
    bytes.fill(7);
    expect([...(b.send({ key: "k" }).body as Uint8Array)]).toEqual([0, 255, 128, 10]);
  });

  it("that does not exist is answered with a document that names it", () => {
    const answer = cosBench().send({ key: "a<b" });
    expectRefusal(answer, [404, "NoSuchKey"]);
    expect(answer.headers["content-type"]).toBe("application/xml");
    expect(answer.text).toMatch(/^<\?xml version='1.0' encoding='utf-8' \?>\n<Error><Code>NoSuchKey<\/Code><Message>/);
    expect(valuesOf("Resource", answer.text)).toEqual([`${BUCKET}.cos.ap-guangzhou.myqcloud.com/a%3Cb`]);
    expect(valuesOf("RequestId", answer.text)).toEqual([answer.headers["x-cos-request-id"]]);
    expect(valuesOf("TraceId", answer.text)).toHaveLength(1);
    expect(cosBench().send({ method: "HEAD", key: "a<b" })).toMatchObject({ status: 404, text: "" });
  });

  it("is overwritten, unless that is forbidden", () => {
    const b = cosBench();
    expect(b.create("k", "1").status).toBe(200);
    expectRefusal(b.create("k", "2"), [409, "FileAlreadyExists"]);
    expect(b.read("k")).toBe("1");
    expect(b.put("k", "3", { "x-cos-forbid-overwrite": "false" }).status).toBe(200);
    expect(b.read("k")).toBe("3");
    b.send({ method: "DELETE", key: "k" });
    expect(b.create("k", "4").status).toBe(200);
  });

  it("can be created by one of two requests that are under way together", () => {
    const b = cosBench();
    const headers = { "x-cos-forbid-overwrite": "true" };
    const [first, second] = ["1", "2"].map((body) => b.begin({ method: "PUT", key: "k", body, headers }));
    expect(second?.finish()).toMatchObject({ response: { status: 200 } });
    expect(first?.finish()).toMatchObject({ response: { status: 409 } });
    expect(b.read("k")).toBe("2");
  });

  it("is deleted, whether it exists or not", () => {
    const b = cosBench();
    b.put("k");
    for (const _ of [1, 2]) expect(b.send({ method: "DELETE", key: "k" })).toMatchObject({ status: 204, text: "" });
    expect(b.read("k")).toBe("NoSuchKey");
  });
});

describe("versioning", () => {
  it.each(["Enabled", "Suspended"])("makes the forbidden overwrite void where it is or was %s", (status) => {
    const b = cosBench();
    const shown = () => valuesOf("Status", b.send({ query: { versioning: "" } }).text);
    expect(shown()).toEqual([]);
    b.create("k", "1");
    b.send(versioned("Enabled"));
    if (status === "Suspended") b.send(versioned(status));
    expect(shown()).toEqual([status]);
    const again = b.create("k", "2");
    expect(again.status).toBe(200);
    expect(again.headers["x-cos-version-id"] === undefined).toBe(status === "Suspended");
    expect(b.read("k")).toBe("2");
    const deleted = b.send({ method: "DELETE", key: "k" });
    expect(deleted.headers["x-cos-delete-marker"]).toBe(status === "Suspended" ? undefined : "true");
  });

  it("that was never set has an empty configuration", () => {
    expect(cosBench().send({ query: { versioning: "" } }).text).toContain("<VersioningConfiguration/>");
  });

  it.each(["Disabled", ""])("cannot become %j", (status) => {
    expectRefusal(cosBench().send(versioned(status)), [400, "MalformedXML"]);
  });
});

describe("deleting many objects", () => {
  it("reports each as deleted, even one that did not exist, or none if quiet", () => {
    const b = cosBench();
    for (const key of ["a&b", "c", "d"]) b.put(key);
    const verbose = b.send(multi(["a&amp;b", "none"]));
    expect(verbose.status).toBe(200);
    expect(valuesOf("Key", verbose.text)).toEqual(["a&b", "none"]);
    expect(b.send(multi(["c"], "<Quiet>true</Quiet>")).text).toContain("<DeleteResult/>");
    expect(b.keys()).toEqual(["d"]);
  });

  it("takes up to 1,000 keys in a well-formed document with its MD5", () => {
    const b = cosBench();
    b.put("k0");
    const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index}`);
    expectRefusal(b.send({ ...multi(["k0"]), headers: {} }), [400, "InvalidRequest"]);
    expectRefusal(b.send({ ...multi(["k0"]), headers: { "content-md5": md5("other") } }), [400, "BadDigest"]);
    expectRefusal(b.send(multi(keys(1001))), [400, "MalformedXML"]);
    expectRefusal(b.send(multi([])), [400, "MalformedXML"]);
    for (const key of ["k0</Key>", "k0</Kee><Key>k0", "k0<"]) {
      expectRefusal(b.send(multi([key])), [400, "MalformedXML"]);
    }
    expectRefusal(b.send(document("<Delete><Object><Key>k0</Key></Object></Delete><")), [400, "MalformedXML"]);
    expect(b.keys()).toEqual(["k0"]);
    expect(b.send(multi(keys(1000))).status).toBe(200);
    expect(b.keys()).toEqual([]);
  });
});

describe("the content of a put", () => {
  it("must have the MD5 that its header says", () => {
    const b = cosBench();
    expect(b.put("k", "body", { "content-md5": md5("body") }).status).toBe(200);
    expectRefusal(b.put("k", "body", { "content-md5": md5("other") }), [400, "BadDigest"]);
    expectRefusal(b.put("k", "body", { "content-md5": "abc" }), [400, "InvalidDigest"]);
  });

  it("must have a length, and not too much of it", () => {
    const b = cosBench();
    const put = { method: "PUT", key: "k", body: "x", hasNoLength: true } as const;
    expectRefusal(b.send(put), [411, "MissingContentLength"]);
    expect(b.send({ ...put, headers: { "transfer-encoding": "chunked" } }).status).toBe(200);
    expectRefusal(b.put("k", "x".repeat(64 * 1024 * 1024 + 1)), [400, "EntityTooLarge"]);
  });
});

it("operations, parameters and headers that the emulator does not have are refused, not passed over", () => {
  const b = cosBench();
  b.put("k");
  expectRefusal(b.send({ query: { acl: "" } }), [501, "NotImplemented"]);
  expectRefusal(b.send({ key: "k", query: { versionId: "1" } }), [501, "NotImplemented"]);
  expectRefusal(b.send({ method: "POST", key: "k", query: { restore: "" } }), [501, "NotImplemented"]);
  expectRefusal(b.send({ method: "DELETE", key: "k", query: { versionId: "1" } }), [501, "NotImplemented"]);
  for (const header of ["x-cos-copy-source", "range", "if-match"]) {
    expectRefusal(b.put("k", "", { [header]: "x" }), [501, "NotImplemented"]);
  }
  expect(b.read("k")).toBe("k");
});
