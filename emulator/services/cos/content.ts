// Checks the content of a request to COS: its length and its MD5.
import { createHash } from "node:crypto";
import { CosError } from "./errors.ts";
import type { CosRequest } from "./request.ts";

/** The emulator keeps objects in memory. The vendor's limit is 5 GB. */
export const MAX_OBJECT_BYTES = 64 * 1024 * 1024;

/** Checks Content-Length and, if present, Content-MD5. Throws `CosError`. */
export function checkContent({ headers, body }: CosRequest): void {
  if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) {
    throw new CosError("MissingContentLength", "You must provide the Content-Length HTTP header.");
  }
  if (body.length > MAX_OBJECT_BYTES) {
    throw new CosError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.");
  }
  const md5 = headers["content-md5"];
  if (md5 === undefined) return;
  if (!/^[A-Za-z0-9+/]{22}==$/.test(md5)) {
    throw new CosError("InvalidDigest", "The Content-MD5 you specified is not valid.");
  }
  if (createHash("md5").update(body).digest("base64") !== md5) {
    throw new CosError("BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
}
