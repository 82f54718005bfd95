// AbortMultipartUpload: drops an upload and its parts.
import type { Operation } from "../../operation.ts";
import { openUpload } from "./open-upload.ts";

export const abortMultipartUpload: Operation = {
  name: "AbortMultipartUpload",
  method: "DELETE",
  on: "object",
  subresource: "uploadId",
  run(call) {
    const { bucket, upload } = openUpload(call);
    bucket.uploads.delete(upload.id);
    return { status: 204 };
  },
};
