// PutObject: stores an object, or refuses to overwrite one.
import { createHash } from "node:crypto";
import { type Bucket, storeObject } from "../../world/bucket.ts";
import { cosNow } from "../clock.ts";
import { checkContent } from "../content.ts";
import { CosError } from "../errors.ts";
import { type CosCall, type Operation, openBucket } from "../operation.ts";

/** The headers that COS keeps and returns. */
const KEPT = /^(cache-control|content-disposition|content-encoding|content-type|expires|x-cos-meta-.+)$/;

export const putObject: Operation = {
  name: "PutObject",
  method: "PUT",
  on: "object",
  run(call) {
    const { world, address, request } = call;
    const bucket = openBucket(call);
    checkContent(request);
    if (isOverwriteForbidden(call, bucket)) {
      throw new CosError("FileAlreadyExists", "The object you specified already exists and can not be overwritten.");
    }
    const etag = `"${createHash("md5").update(request.body).digest("hex")}"`;
    storeObject(bucket, address.key, {
      body: Uint8Array.from(request.body),
      etag,
      modifiedAt: cosNow(world),
      headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => KEPT.test(name))),
      listedFrom: world.workNow() + world.switches.cosListsNewAfterMs,
    });
    const version = bucket.versioning === "Enabled" ? { "x-cos-version-id": world.random.uuid() } : {};
    return { headers: { etag, ...version } };
  },
};

/** The header has no effect once the bucket has or had versioning (product documentation 436/7749). */
function isOverwriteForbidden({ world, address, request, existedOnArrival }: CosCall, bucket: Bucket): boolean {
  if (request.headers["x-cos-forbid-overwrite"] !== "true" || bucket.versioning !== undefined) return false;
  switch (world.switches.cosForbidOverwrite) {
    case "honoured":
      return bucket.objects.has(address.key);
    case "racy":
      return existedOnArrival;
    case "ignored":
      return false;
  }
}
