// InitiateMultipartUpload: begins an object that comes in parts.
import { cosNow } from "../../clock.ts";
import { type Operation, openBucket } from "../../operation.ts";
import { writeXml } from "../../xml.ts";
import { keptHeaders } from "../put-object.ts";

export const initiateMultipartUpload: Operation = {
  name: "InitiateMultipartUpload",
  method: "POST",
  on: "object",
  subresource: "uploads",
  run(call) {
    const { world, address, request } = call;
    const { name, uploads } = openBucket(call);
    const id = `${Math.floor(cosNow(world) / 1000)}${world.random.uuid().replaceAll("-", "")}`;
    const { key } = address;
    uploads.set(id, { id, key, headers: keptHeaders(request), startedAt: cosNow(world), parts: new Map() });
    const document = [["Bucket", name] as const, ["Key", key] as const, ["UploadId", id] as const];
    return { body: writeXml(["InitiateMultipartUploadResult", document]) };
  },
};
