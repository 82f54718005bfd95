// CompleteMultipartUpload: makes an object of the parts of an upload.
import { createHash } from "node:crypto";
import type { Part, Upload } from "../../../../world/services/bucket.ts";
import { MAX_OBJECT_BYTES } from "../../content.ts";
import { CosError, cosErrors } from "../../errors.ts";
import type { Operation } from "../../operation.ts";
import { readXml, type Written, writeXml } from "../../xml.ts";
import { checkOverwrite, store } from "../put-object.ts";
import { openUpload } from "./open-upload.ts";

/** The smallest part but the last one. */
const LEAST_BYTES = 1024 * 1024;

export const completeMultipartUpload: Operation = {
  name: "CompleteMultipartUpload",
  method: "POST",
  on: "object",
  subresource: "uploadId",
  run(call) {
    const { bucket, upload } = openUpload(call);
    const { address, request } = call;
    const parts = partsIn(request.body, upload);
    if (parts.slice(0, -1).some(({ body }) => body.length < LEAST_BYTES)) {
      throw new CosError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed object size.");
    }
    const body = Buffer.concat(parts.map((part) => part.body));
    if (body.length > MAX_OBJECT_BYTES) {
      throw new CosError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.");
    }
    checkOverwrite(call, bucket);
    const digests = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag.slice(1, -1), "hex")));
    const etag = `"${createHash("md5").update(digests).digest("hex")}-${parts.length}"`;
    const headers = store(call, bucket, { body: new Uint8Array(body), etag, headers: upload.headers });
    bucket.uploads.delete(upload.id);
    const document: Written[] = [
      ["Location", `http://${request.headers["host"] ?? ""}/${address.key}`],
      ["Bucket", bucket.name],
      ["Key", address.key],
      ["ETag", etag],
    ];
    return { headers, body: writeXml(["CompleteMultipartUploadResult", document]) };
  },
};

/** The parts that the request lists. Throws `CosError` MalformedXML, InvalidPart or InvalidPartOrder. */
function partsIn(body: Uint8Array, upload: Upload): Part[] {
  const root = readXml(new TextDecoder().decode(body));
  if (root?.name !== "CompleteMultipartUpload" || root.children.length === 0) throw cosErrors.malformedXml();
  let last = 0;
  return root.children.map(({ children }) => {
    const text = (name: string) => children.find((child) => child.name === name)?.text ?? "";
    const number = Number(text("PartNumber"));
    if (number <= last) throw new CosError("InvalidPartOrder", "The list of parts was not in ascending order.");
    last = number;
    const part = upload.parts.get(number);
    if (part?.etag.replaceAll('"', "") === text("ETag").replaceAll('"', "")) return part;
    throw new CosError("InvalidPart", "One or more of the specified parts could not be found.");
  });
}
