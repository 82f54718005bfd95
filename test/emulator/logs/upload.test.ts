// The body of UploadLog: Protocol Buffers and LZ4, well-formed, beyond the limits and hostile.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ApiError } from "../../../emulator/errors.ts";
import { decodeUpload } from "../../../emulator/services/logs/upload/decode-upload.ts";
import { Lz4Error, unpackLz4 } from "../../../emulator/services/logs/upload/lz4.ts";
import { caught } from "../support.ts";
import { encodeGroup, encodeLog, field, varint } from "./support.ts";

const TIME = 1768464000123;
const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const refusal = (body: Uint8Array | undefined, compression = "") => {
  const error = caught(() => decodeUpload(body, compression)) as ApiError;
  expect(error).toBeInstanceOf(ApiError);
  return `${error.code}: ${error.message}`;
};
/** Packs as one run of literals. */
const literals = (bytes: Uint8Array) => {
  const more = Math.max(0, bytes.length - 15);
  const lengths = bytes.length < 15 ? [] : [...Array<number>(Math.floor(more / 255)).fill(255), more % 255];
  return Buffer.concat([Buffer.from([Math.min(bytes.length, 15) << 4, ...lengths]), bytes]);
};

describe("a LogGroupList", () => {
  it("is decoded from bytes made by hand", () => {
    // logGroupList { logs { time: 1500 contents { key: "a" value: "b" } } source: "s" }
    const body = hex("0a 10 0a 0b 08 dc 0b 12 06 0a 01 61 12 01 62 22 01 73");
    expect(decodeUpload(body, "")).toEqual([{ timeMs: 1_500_000, fields: { a: "b" }, source: "s", fileName: "" }]);
  });

  it("has several groups, file name, source, tags, and fields that the emulator does not know", () => {
    const tag = field(5, Buffer.concat([field(1, "region"), field(2, "ap-tokyo")]));
    const unknown = Buffer.concat([field(9, "x"), Buffer.from([0x51, 1, 2, 3, 4, 5, 6, 7, 8, 0x5d, 1, 2, 3, 4])]);
    const more = Buffer.concat([field(2, "flow"), field(3, "a.log"), field(4, "10.0.0.1"), tag, unknown]);
    const body = Buffer.concat([
      encodeGroup([encodeLog(TIME, { k: "镜像 🚀" })], more),
      encodeGroup([encodeLog(TIME, { k: "" })]),
    ]);
    expect(decodeUpload(body, "")).toEqual([
      { timeMs: TIME, fields: { k: "镜像 🚀", "__TAG__.region": "ap-tokyo" }, source: "10.0.0.1", fileName: "a.log" },
      { timeMs: TIME, fields: { k: "" }, source: "", fileName: "" },
    ]);
  });

  it.each([
    ["seconds", 1768464000, 1768464000000],
    ["milliseconds", TIME, TIME],
    ["microseconds", 1768464000123456, TIME],
  ])("has times in %s", (_, time, timeMs) => {
    expect(decodeUpload(encodeGroup([encodeLog(time, { k: "v" })]), "")).toMatchObject([{ timeMs }]);
  });

  const log = (fields: Record<string, string>) => encodeGroup([encodeLog(TIME, fields)]);
  it.each([
    ["no body", undefined, "FailedOperation.MissingContent"],
    ["an empty body", Buffer.alloc(0), "FailedOperation.MissingContent"],
    ["no logs", encodeGroup([]), "FailedOperation.MissingContent"],
    ["JSON", Buffer.from('{"TopicId":"t"}'), "InvalidParameter.Content"],
    [
      "a key with an underscore",
      log({ _k: "v" }),
      "InvalidParameter.Content: The body cannot be decoded: logGroupList.0.logs.0: the key `_k`",
    ],
    ["an empty key", log({ "": "v" }), "InvalidParameter.Content"],
    [
      "a log without time",
      encodeGroup([field(2, Buffer.concat([field(1, "k"), field(2, "v")]))]),
      "logs.0 has no time",
    ],
    ["the time 0", encodeGroup([encodeLog(0, { k: "v" })]), "has the time 0"],
    ["a negative time", encodeGroup([encodeLog(-1n, { k: "v" })]), "has the time -1"],
    [
      "a content without key",
      encodeGroup([Buffer.concat([Buffer.from([8, 1]), field(2, field(2, "v"))])]),
      "has no key",
    ],
    ["text that is not UTF-8", encodeGroup([encodeLog(TIME, {})], field(4, Buffer.from([0xff]))), "is not UTF-8"],
    ["a number for a message", hex("08 01"), "is a number, not a message"],
    ["a length beyond the end", hex("0a ff ff ff ff 0f 00"), "are cut off"],
    ["a huge length", hex("0a ff ff ff ff ff ff ff ff ff 01 00"), "are cut off"],
    ["an endless number", hex("08 ff ff ff ff ff ff ff ff ff ff ff 01"), "more than ten bytes"],
    ["a group of the old kind", hex("0b 0c"), "unknown type 3"],
    ["the field 0", hex("02 00"), "the number 0"],
    ["too many fields", Buffer.alloc(200_002, Buffer.from([0x0a, 0])), "more than 100000 fields"],
    ["too many logs", encodeGroup(Array<Buffer>(10_001).fill(encodeLog(TIME, { k: "v" }))), "LimitExceeded.LogSize"],
    ["a value over 1 MB", log({ k: "v".repeat(1024 * 1024 + 1) }), "LimitExceeded.LogSize"],
    [
      "a group over 5 MB",
      encodeGroup(Array<Buffer>(6).fill(encodeLog(TIME, { k: "v".repeat(1024 * 1024) }))),
      "LimitExceeded.LogSize",
    ],
  ])("is refused: %s", (_, body, expected) => {
    expect(refusal(body)).toContain(expected);
  });

  it("with many logs that all have many tags is refused before it fills the memory", () => {
    const logs = Array.from({ length: 2000 }, () => encodeLog(TIME, { k: "v" }));
    const tags = Array.from({ length: 600 }, (_, i) => field(5, Buffer.concat([field(1, `t${i}`), field(2, "v")])));
    expect(refusal(encodeGroup(logs, Buffer.concat(tags)))).toMatch(/^LimitExceeded.LogSize: .*1000000 tags/);
  });

  it("that is cut off anywhere, or any bytes at all, is refused or decoded, and never a crash", () => {
    const body = encodeGroup(
      [encodeLog(TIME, { key: "value", other: "2" }), encodeLog(TIME, { key: "v" })],
      field(4, "s"),
    );
    for (let length = 0; length < body.length; length += 1) {
      expect(refusal(body.subarray(0, length))).toMatch(/^(InvalidParameter|FailedOperation)/);
    }
    const anything = fc.uint8Array({ maxLength: 200 });
    const compression = fc.constantFrom("", "lz4");
    const mutated = fc.tuple(fc.nat(body.length - 1), fc.nat(255)).map(([at, value]) => {
      const copy = Buffer.from(body);
      copy[at] = value;
      return copy;
    });
    fc.assert(
      fc.property(fc.oneof(anything, mutated), compression, (bytes, kind) => {
        try {
          decodeUpload(bytes, kind);
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("an LZ4 block", () => {
  it("is unpacked: literals, matches that overlap what they write, and long lengths", () => {
    // 4 literals "abab", then a match of 20 bytes two back, then 1 literal "c".
    const block = Buffer.concat([hex("4f"), Buffer.from("abab"), hex("02 00 01"), hex("10"), Buffer.from("c")]);
    expect(Buffer.from(unpackLz4(block, 1000)).toString()).toBe(`${"ab".repeat(12)}c`);
    const long = Buffer.from("x".repeat(700));
    expect(Buffer.from(unpackLz4(literals(long), 1000))).toEqual(long);
    expect(unpackLz4(hex("00"), 10)).toHaveLength(0);
  });

  it.each([
    ["nothing", "", "cut off"],
    ["literals that are cut off", "40 61", "cut off"],
    ["a length that is cut off", "f0 ff", "cut off"],
    ["an offset that is cut off", "10 61 01", "cut off"],
    ["the offset 0", "10 61 00 00 00", "0 bytes back"],
    ["an offset before the start", "10 61 02 00 00", "2 bytes back of 1"],
    ["more than is allowed", `1f 61 01 00 ${"ff".repeat(300)} 00 10 62`, "more than 1000 bytes"],
  ])("is refused: %s", (_, block, message) => {
    const error = caught(() => unpackLz4(hex(block), 1000));
    expect(error).toBeInstanceOf(Lz4Error);
    expect((error as Error).message).toContain(message);
  });

  it("has logs in it; zstd and unknown kinds are refused", () => {
    const body = encodeGroup([encodeLog(TIME, { k: "v" })]);
    expect(decodeUpload(literals(body), "lz4")).toMatchObject([{ fields: { k: "v" } }]);
    expect(refusal(body, "zstd")).toMatch(/^UnsupportedOperation: .*Use lz4 or no compression/);
    expect(refusal(body, "gzip")).toMatch(/^InvalidParameter: .*must be lz4, zstd or empty/);
    expect(varint(300)).toEqual(hex("ac 02"));
  });
});
