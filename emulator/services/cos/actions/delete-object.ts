// DeleteObject: deletes an object, or does nothing if there is none.
import { removeObject } from "../../../world/services/bucket.ts";
import { type Operation, openBucket } from "../operation.ts";

export const deleteObject: Operation = {
  name: "DeleteObject",
  method: "DELETE",
  on: "object",
  run(call) {
    const { world, address } = call;
    const bucket = openBucket(call);
    removeObject(bucket, address.key, world.workNow() + world.switches.cosListsDeletedForMs);
    const marker = { "x-cos-delete-marker": "true", "x-cos-version-id": world.random.uuid() };
    return { status: 204, ...(bucket.versioning === "Enabled" && { headers: marker }) };
  },
};
