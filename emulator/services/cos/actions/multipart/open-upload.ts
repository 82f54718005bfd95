// Finds the multipart upload that a request names.
import type { Bucket, Upload } from "../../../../world/services/bucket.ts";
import { CosError } from "../../errors.ts";
import { type CosCall, openBucket } from "../../operation.ts";

/** The upload of a call. Throws `CosError` as `openBucket`, or NoSuchUpload. */
export function openUpload(call: CosCall): { bucket: Bucket; upload: Upload } {
  const bucket = openBucket(call);
  const { key, query } = call.address;
  const upload = bucket.uploads.get(query.get("uploadId") ?? "");
  if (upload?.key === key) return { bucket, upload };
  throw new CosError("NoSuchUpload", "The specified multipart upload does not exist.");
}
