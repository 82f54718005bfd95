// UploadPart: stores one part, or replaces it.
import { createHash } from "node:crypto";
import { cosNow } from "../../clock.ts";
import { checkContent } from "../../content.ts";
import { cosErrors } from "../../errors.ts";
import type { Operation } from "../../operation.ts";
import { openUpload } from "./open-upload.ts";

const MOST_PARTS = 10_000;

export const uploadPart: Operation = {
  name: "UploadPart",
  method: "PUT",
  on: "object",
  subresource: "partNumber",
  parameters: ["uploadId"],
  run(call) {
    const { upload } = openUpload(call);
    const { world, address, request } = call;
    const number = Number(address.query.get("partNumber"));
    if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS) {
      throw cosErrors.invalidArgument("partNumber", `it must be a number from 1 to ${MOST_PARTS}`);
    }
    checkContent(request);
    const etag = `"${createHash("md5").update(request.body).digest("hex")}"`;
    upload.parts.set(number, { body: Uint8Array.from(request.body), etag, modifiedAt: cosNow(world) });
    return { headers: { etag } };
  },
};
