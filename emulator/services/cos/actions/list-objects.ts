// ListObjects: the keys of a bucket in the order of their UTF-8 bytes, page by page.
import { listedObjects, type StoredObject } from "../../../world/services/bucket.ts";
import { CosError, cosErrors } from "../errors.ts";
import { type Operation, openBucket } from "../operation.ts";
import { type Written, writeXml } from "../xml.ts";

const MOST_KEYS = 1000;
/** The longest prefix, marker or delimiter, in bytes. */
const LONGEST = 1024;

export const listObjects: Operation = {
  name: "ListObjects",
  permission: "GetBucket",
  method: "GET",
  on: "bucket",
  parameters: ["prefix", "marker", "delimiter", "max-keys", "encoding-type"],
  run(call) {
    const { world, account, address } = call;
    const bucket = openBucket(call);
    const { prefix, marker, delimiter, maxKeys, encoding } = readQuery(address.query);
    const objects = listedObjects(bucket, world.workNow());
    const entries = entriesAfter(objects, prefix, marker, delimiter);
    const page = entries.slice(0, maxKeys);
    const isTruncated = maxKeys > 0 && entries.length > page.length;
    const text = (value: string) => (encoding === "url" ? encodeURIComponent(value) : value);
    const groups = page.filter(({ object }) => object === undefined);
    const contents = page.flatMap(({ name, object }): Written[] =>
      object ? [["Contents", describe(text(name), object, account.appId)]] : [],
    );
    const document: Written[] = [
      ["Name", bucket.name],
      ...(encoding === "url" ? [["EncodingType", "url"] as const] : []),
      ["Prefix", text(prefix)],
      ["Marker", text(marker)],
      ["MaxKeys", maxKeys],
      ...(delimiter === "" ? [] : [["Delimiter", text(delimiter)] as const]),
      ["IsTruncated", isTruncated],
      ...(isTruncated ? [["NextMarker", text(page.at(-1)?.name ?? "")] as const] : []),
      ...groups.map((group): Written => ["CommonPrefixes", [["Prefix", text(group.name)]]]),
      ...contents,
    ];
    return { headers: { "x-cos-bucket-region": bucket.region }, body: writeXml(["ListBucketResult", document]) };
  },
};

function readQuery(query: ReadonlyMap<string, string>) {
  const [prefix, marker, delimiter] = ["prefix", "marker", "delimiter"].map((name) => query.get(name) ?? "");
  if ([prefix, marker, delimiter].some((value = "") => Buffer.byteLength(value) > LONGEST)) {
    throw new CosError("InvalidURI", `prefix, marker and delimiter have at most ${LONGEST} bytes.`);
  }
  const maxKeys = Number(query.get("max-keys") ?? MOST_KEYS);
  if (!Number.isInteger(maxKeys) || maxKeys < 0 || maxKeys > MOST_KEYS) {
    throw cosErrors.invalidArgument("max-keys", `it must be a number from 0 to ${MOST_KEYS}`);
  }
  const encoding = query.get("encoding-type") ?? "";
  if (encoding !== "" && encoding !== "url") throw cosErrors.invalidArgument("encoding-type", "it must be url");
  return { prefix: prefix ?? "", marker: marker ?? "", delimiter: delimiter ?? "", maxKeys, encoding };
}

/** A key with its object, or a common prefix, which stands for all its keys. */
interface Entry {
  readonly name: string;
  readonly object?: StoredObject;
}

/** The keys and common prefixes after the marker, sorted. */
function entriesAfter(
  objects: ReadonlyMap<string, StoredObject>,
  prefix: string,
  marker: string,
  delimiter: string,
): Entry[] {
  const entries = new Map<string, Entry>();
  for (const [key, object] of objects) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const entry = end < 0 ? { name: key, object } : { name: key.slice(0, end + delimiter.length) };
    if (marker === "" || byBytes(entry.name, marker) > 0) entries.set(entry.name, entry);
  }
  return [...entries.values()].sort((a, b) => byBytes(a.name, b.name));
}

/** Surrogates sort before the characters from U+E000 in UTF-16, but after them in UTF-8. */
function byBytes(a: string, b: string): number {
  if (/[\ud800-\uffff]/.test(a + b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : Number(a > b);
}

function describe(key: string, object: StoredObject, appId: string): Written[] {
  return [
    ["Key", key],
    ["LastModified", new Date(object.modifiedAt).toISOString()],
    ["ETag", object.etag],
    ["Size", object.body.length],
    [
      "Owner",
      [
        ["ID", appId],
        ["DisplayName", appId],
      ],
    ],
    ["StorageClass", "STANDARD"],
  ];
}
