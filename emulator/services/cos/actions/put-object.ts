// PutObject: stores an object, or refuses to overwrite one.
import { createHash } from "node:crypto";
import { type Bucket, type StoredObject, storeObject } from "../../../world/services/bucket.ts";
import { cosNow } from "../clock.ts";
import { checkContent } from "../content.ts";
import { CosError } from "../errors.ts";
import { type CosCall, type Operation, openBucket } from "../operation.ts";
import type { CosRequest } from "../request.ts";

/** The headers that COS keeps and returns. */
const KEPT = /^(cache-control|content-disposition|content-encoding|content-type|expires|x-cos-meta-.+)$/;

export const putObject: Operation = {
  name: "PutObject",
  method: "PUT",
  on: "object",
  run(call) {
    const { request } = call;
    const bucket = openBucket(call);
    checkContent(request);
    checkOverwrite(call, bucket);
    const etag = `"${createHash("md5").update(request.body).digest("hex")}"`;
    const object = { body: Uint8Array.from(request.body), etag, headers: keptHeaders(request) };
    return { headers: { etag, ...store(call, bucket, object) } };
  },
};

/** The headers of a request that its object keeps. */
export function keptHeaders({ headers }: CosRequest): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => KEPT.test(name)));
}

/** Stores the object of a call. Returns the headers that say its version. */
export function store(
  { world, address }: CosCall,
  bucket: Bucket,
  object: Pick<StoredObject, "body" | "etag" | "headers">,
): Record<string, string> {
  const listedFrom = world.workNow() + world.switches.cosListsNewAfterMs;
  storeObject(bucket, address.key, { ...object, modifiedAt: cosNow(world), listedFrom });
  return bucket.versioning === "Enabled" ? { "x-cos-version-id": world.random.uuid() } : {};
}

/**
 * Throws `CosError` FileAlreadyExists if a call must not overwrite and its object exists. The header has no effect
 * once the bucket has or had versioning (product documentation 436/7749).
 */
export function checkOverwrite({ world, address, request, existedOnArrival }: CosCall, bucket: Bucket): void {
  if (request.headers["x-cos-forbid-overwrite"] !== "true" || bucket.versioning !== undefined) return;
  const forbids = {
    honoured: bucket.objects.has(address.key),
    racy: existedOnArrival,
    ignored: false,
  };
  if (forbids[world.switches.cosForbidOverwrite]) {
    throw new CosError("FileAlreadyExists", "The object you specified already exists and can not be overwritten.");
  }
}
