// Objects in parts, the list of buckets, and the vendor's client as the deployment plugin has it.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exportWorld, importWorld } from "../../../emulator/control/snapshot.ts";
import { startEmulator } from "../../../emulator/server.ts";
import { createWorld } from "../../../emulator/world/world.ts";
import { allow, sessionWith } from "../identity/support.ts";
import { bench, GOLDEN, MAIN } from "../support.ts";
import { BUCKET, type CosBench, cosBench, expectRefusal, type Sent, valuesOf } from "./support.ts";

const MIB = 1024 * 1024;
const KEY = "code/镜像 1.zip";

const begin = (b: CosBench, more: Sent = {}) =>
  valuesOf("UploadId", b.send({ method: "POST", key: KEY, query: { uploads: "" }, ...more }).text)[0] ?? "";
const part = (b: CosBench, uploadId: string, number: number, body: string | Uint8Array, more: Sent = {}) =>
  b.send({ method: "PUT", key: KEY, query: { partNumber: String(number), uploadId }, body, ...more });
const listOf = (parts: readonly (readonly [number, string | undefined])[]) => {
  const items = parts.map(([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`);
  return `<CompleteMultipartUpload>${items.join("")}</CompleteMultipartUpload>`;
};
const complete = (b: CosBench, uploadId: string, body: string, more: Sent = {}) =>
  b.send({ method: "POST", key: KEY, query: { uploadId }, body, ...more });

describe("a multipart upload", () => {
  it("makes an object of its parts, with the headers of its beginning", () => {
    const b = cosBench();
    const id = begin(b, { headers: { "x-cos-meta-writer": "me" } });
    const [first, second] = [Buffer.alloc(MIB, "a"), Buffer.from("b")];
    part(b, id, 2, "replaced");
    const etags = [part(b, id, 1, first), part(b, id, 2, second)].map(({ headers }) => headers["etag"]);
    expect(b.read(KEY)).toBe("NoSuchKey");
    const list = b.send({ key: KEY, query: { uploadId: id } });
    expect(valuesOf("PartNumber", list.text)).toEqual(["1", "2"]);
    expect(valuesOf("Key", b.send({ query: { uploads: "" } }).text)).toEqual([KEY]);

    const done = complete(
      b,
      id,
      listOf([
        [1, etags[0]],
        [2, etags[1]],
      ]),
    );
    const hash = (data: Uint8Array) => createHash("md5").update(data).digest();
    const etag = `"${hash(Buffer.concat([hash(first), hash(second)])).toString("hex")}-2"`;
    expect(valuesOf("ETag", done.text.replaceAll("&quot;", '"'))).toEqual([etag]);
    const read = b.send({ key: KEY });
    expect(read.headers).toMatchObject({ etag, "x-cos-meta-writer": "me" });
    expect(read.text).toBe(`${"a".repeat(MIB)}b`);
    expectRefusal(complete(b, id, listOf([[1, etags[0]]])), [404, "NoSuchUpload"]);
  });

  it("leaves nothing behind once it is aborted", () => {
    const b = cosBench();
    const id = begin(b);
    part(b, id, 1, "a");
    expect(b.send({ method: "DELETE", key: KEY, query: { uploadId: id } }).status).toBe(204);
    expectRefusal(part(b, id, 1, "a"), [404, "NoSuchUpload"]);
    expect(valuesOf("Key", b.send({ query: { uploads: "" } }).text)).toEqual([]);
  });

  it("refuses parts that are missing, changed, out of order or too small, and keeps the upload", () => {
    const b = cosBench();
    const id = begin(b);
    const [one, two] = [part(b, id, 1, "a"), part(b, id, 2, "b")].map(({ headers }) => headers["etag"]);
    expectRefusal(
      complete(
        b,
        id,
        listOf([
          [1, one],
          [3, two],
        ]),
      ),
      [400, "InvalidPart"],
    );
    expectRefusal(complete(b, id, listOf([[1, two]])), [400, "InvalidPart"]);
    expectRefusal(
      complete(
        b,
        id,
        listOf([
          [2, two],
          [1, one],
        ]),
      ),
      [400, "InvalidPartOrder"],
    );
    expectRefusal(
      complete(
        b,
        id,
        listOf([
          [1, one],
          [2, two],
        ]),
      ),
      [400, "EntityTooSmall"],
    );
    expectRefusal(complete(b, id, "<Parts/>"), [400, "MalformedXML"]);
    for (const number of [0, 10_001]) expectRefusal(part(b, id, number, "a"), [400, "InvalidArgument"]);
    expect(complete(b, id, listOf([[1, one]])).status).toBe(200);
  });

  it("does not overwrite if that is forbidden", () => {
    const b = cosBench();
    b.put(KEY, "old");
    const id = begin(b);
    const { etag } = part(b, id, 1, "new").headers;
    const headers = { "x-cos-forbid-overwrite": "true" };
    expectRefusal(complete(b, id, listOf([[1, etag]]), { headers }), [409, "FileAlreadyExists"]);
    expect(b.read(KEY)).toBe("old");
  });

  it("has a signature and a permission for each request", () => {
    const general = bench({ buckets: [{ name: BUCKET, region: "ap-guangzhou" }] });
    const b = cosBench({}, general);
    const wrongKey = { account: { ...MAIN, secretKey: "wrong" } };
    const account = sessionWith(general, allow(["cos:InitiateMultipartUpload", "cos:UploadPart"]));
    const id = begin(b, { account });
    const { etag } = part(b, id, 1, "a", { account }).headers;
    for (const [more, code] of [
      [wrongKey, "SignatureDoesNotMatch"],
      [{ account }, "AccessDenied"],
      [{ account: GOLDEN }, "AccessDenied"],
    ] as const) {
      expectRefusal(complete(b, id, listOf([[1, etag]]), more), [403, code]);
    }
    expectRefusal(part(b, id, 1, "b", wrongKey), [403, "SignatureDoesNotMatch"]);
    expect(complete(b, id, listOf([[1, etag]])).status).toBe(200);
  });

  it("goes on in an exported world", () => {
    const b = cosBench();
    const id = begin(b);
    const { etag } = part(b, id, 1, "a").headers;
    const copy = cosBench();
    importWorld(copy.world, JSON.parse(JSON.stringify(exportWorld(b.world))));
    expect(complete(copy, id, listOf([[1, etag]])).status).toBe(200);
    expect(copy.read(KEY)).toBe("a");
  });
});

describe("the vendor's client of the deployment plugin", () => {
  type Cos = Record<string, (params: object) => Promise<Record<string, unknown>>>;
  const fromPlugin = createRequire(
    createRequire(import.meta.url).resolve("serverless-tencent-scf/package.json", { paths: [process.cwd()] }),
  );

  it("makes a bucket, encrypts it, lists it, and uploads in parts", async () => {
    const world = createWorld({ now: Date.now, rateLimits: false });
    const emulator = await startEmulator({ port: 0, world });
    const folder = mkdtempSync(join(tmpdir(), "cos-"));
    const COS = fromPlugin("cos-nodejs-sdk-v5") as new (options: object) => Cos;
    const FilePath = join(folder, "code.zip");
    // The client would keep its uploads in a file of the user's home. A folder that is a file prevents this.
    const at = { Protocol: "http:", Ip: `127.0.0.1:${emulator.port}`, ConfCwd: FilePath };
    const cos = new COS({ SecretId: MAIN.secretId, SecretKey: MAIN.secretKey, ...at });
    const of = async (name: string, params: object) => (await cos[name]?.call(cos, params)) ?? {};
    const bucket = { Bucket: "code-1250000001", Region: "ap-guangzhou" };
    try {
      await of("putBucket", { ...bucket, ACL: "private" });
      const ServerSideEncryptionConfiguration = {
        Rule: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      };
      await of("putBucketEncryption", { ...bucket, ServerSideEncryptionConfiguration });
      expect(JSON.stringify(await of("getBucketEncryption", bucket))).toContain("AES256");
      for (const params of [{}, { Region: "ap-guangzhou" }]) {
        expect(await of("getService", params)).toMatchObject({
          Buckets: [{ Name: "code-1250000001", Location: "ap-guangzhou" }],
        });
      }
      expect(await of("getService", { Region: "ap-shanghai" })).toMatchObject({ Buckets: [] });

      const body = Buffer.alloc(2 * MIB + 5, "zip");
      writeFileSync(FilePath, body);
      // An upload of the same object that another program has not ended.
      await of("multipartInit", { ...bucket, Key: KEY });
      const { ETag } = await of("sliceUploadFile", { ...bucket, Key: KEY, FilePath, ChunkSize: MIB });
      expect(ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
      const read = await of("getObject", { ...bucket, Key: KEY });
      expect(body.equals(read["Body"] as Buffer)).toBe(true);
      const operations = world.requests.map(({ action, result }) => `${action} ${result}`);
      expect(operations).toContain("ListMultipartUploads ok");
      expect(operations.filter((text) => text.startsWith("UploadPart"))).toHaveLength(3);
    } finally {
      await emulator.close();
      rmSync(folder, { recursive: true });
    }
  });
});
