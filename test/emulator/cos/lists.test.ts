// Lists of objects: their order, pages, groups and encoding.
import { describe, expect, it } from "vitest";
import { cosBench, expectRefusal, valuesOf } from "./support.ts";

const filled = (keys: readonly string[]) => {
  const b = cosBench();
  for (const key of keys) b.put(key);
  return b;
};

describe("a list", () => {
  it("of an empty bucket is a document without entries", () => {
    const { text, headers } = cosBench().send({});
    expect(headers).toMatchObject({ "content-type": "application/xml", "x-cos-bucket-region": "ap-guangzhou" });
    expect(text.replace(/^.*\n/, "").trim()).toBe(
      "<ListBucketResult><Name>state-1250000001</Name><Prefix/><Marker/><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>",
    );
  });

  it("describes each object", () => {
    expect(filled(["k"]).send({}).text).toContain(
      "<Contents><Key>k</Key><LastModified>2026-01-15T08:00:00.000Z</LastModified>" +
        "<ETag>&quot;8ce4b16b22b58894aa86c421e8759df3&quot;</ETag><Size>1</Size>" +
        "<Owner><ID>1250000001</ID><DisplayName>1250000001</DisplayName></Owner><StorageClass>STANDARD</StorageClass></Contents>",
    );
  });

  it("is in the order of UTF-8 bytes, which is not that of UTF-16", () => {
    const keys = ["!", "/", "A", "a", "a/", "a/b", "b", "ü", "镜", "\uFF21", "🚀"];
    expect(filled([...keys].reverse()).keys()).toEqual(keys);
    expect([...keys].sort()).not.toEqual(keys);
  });

  it("has the keys with the prefix, after the marker", () => {
    const b = filled(["a", "b/1", "b/2", "b/3", "c"]);
    expect(b.keys({ prefix: "b/" })).toEqual(["b/1", "b/2", "b/3"]);
    expect(b.keys({ prefix: "b/", marker: "b/1" })).toEqual(["b/2", "b/3"]);
    expect(b.keys({ marker: "b/15" })).toEqual(["b/2", "b/3", "c"]);
    expect(b.keys({ prefix: "x" })).toEqual([]);
  });

  it("ends a page with the marker of the next", () => {
    const keys = Array.from({ length: 7 }, (_, index) => `k${index}`);
    const b = filled(keys);
    const pages: string[][] = [];
    for (let marker: string | undefined = ""; marker !== undefined; ) {
      const { text } = b.send({ query: { "max-keys": "3", ...(marker && { marker }) } });
      pages.push(valuesOf("Key", text));
      [marker] = valuesOf("NextMarker", text);
      expect(valuesOf("IsTruncated", text)).toEqual([String(marker !== undefined)]);
    }
    expect(pages).toEqual([keys.slice(0, 3), keys.slice(3, 6), keys.slice(6)]);
    const { text } = b.send({ query: { "max-keys": "0" } });
    expect([valuesOf("Key", text), valuesOf("IsTruncated", text)]).toEqual([[], ["false"]]);
  });

  it("has at most 1,000 keys", () => {
    const b = filled(Array.from({ length: 1001 }, (_, index) => `k${String(index).padStart(4, "0")}`));
    expect(b.keys()).toHaveLength(1000);
    expect(b.keys({ marker: "k0999" })).toEqual(["k1000"]);
  });

  it("groups the keys up to the delimiter, over pages too", () => {
    const b = filled(["a", "d/1", "d/2", "e/", "e/f/1", "g"]);
    const list = (query: Record<string, string>) => {
      const { text } = b.send({ query: { delimiter: "/", ...query } });
      const [, ...groups] = valuesOf("Prefix", `<Prefix></Prefix>${text}`);
      return [valuesOf("Key", text), groups.filter((group) => group !== query["prefix"])];
    };
    expect(list({})).toEqual([
      ["a", "g"],
      ["d/", "e/"],
    ]);
    expect(list({ prefix: "e/" })).toEqual([["e/"], ["e/f/"]]);
    expect(list({ "max-keys": "2" })).toEqual([["a"], ["d/"]]);
    expect(list({ "max-keys": "2", marker: "d/" })).toEqual([["g"], ["e/"]]);
  });

  it("encodes names on request", () => {
    const { text } = filled(["a b/ü", "a b/镜"]).send({
      query: { "encoding-type": "url", prefix: "a b/", "max-keys": "1" },
    });
    for (const name of ["Key", "NextMarker"]) expect(valuesOf(name, text)).toEqual(["a%20b%2F%C3%BC"]);
    expect(valuesOf("Prefix", text)).toEqual(["a%20b%2F"]);
    expect(valuesOf("EncodingType", text)).toEqual(["url"]);
  });

  it("that is late in both ways shows an object for a time, though it is long gone", () => {
    const b = cosBench({ switches: { cosListsNewAfterMs: 1000, cosListsDeletedForMs: 5000 } });
    b.put("k");
    b.send({ method: "DELETE", key: "k" });
    expect(b.keys()).toEqual([]);
    b.tick(1000);
    expect(b.keys()).toEqual(["k"]);
    b.tick(4000);
    expect(b.keys()).toEqual([]);
  });

  it.each([
    [{ "max-keys": "1001" }, "InvalidArgument"],
    [{ "max-keys": "-1" }, "InvalidArgument"],
    [{ "max-keys": "ten" }, "InvalidArgument"],
    [{ "encoding-type": "base64" }, "InvalidArgument"],
    [{ prefix: "x".repeat(1025) }, "InvalidURI"],
  ])("refuses %o", (query, code) => {
    expectRefusal(cosBench().send({ query }), [400, code]);
  });
});
