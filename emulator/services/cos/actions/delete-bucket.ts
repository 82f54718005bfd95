// DeleteBucket: deletes an empty bucket.
import { CosError } from "../errors.ts";
import { type Operation, openBucket } from "../operation.ts";

export const deleteBucket: Operation = {
  name: "DeleteBucket",
  method: "DELETE",
  on: "bucket",
  run(call) {
    const { name, objects } = openBucket(call);
    if (objects.size > 0) throw new CosError("BucketNotEmpty", "The bucket you tried to delete is not empty.");
    call.world.buckets.delete(name);
    return { status: 204 };
  },
};
