// PutBucket: makes a bucket of the account that signs; private, unless an ACL for everyone is given.
import { appIdOf, makeBucket } from "../../../world/services/make-bucket.ts";
import { CosError, cosErrors } from "../errors.ts";
import type { Operation } from "../operation.ts";

export const putBucket: Operation = {
  name: "PutBucket",
  method: "PUT",
  on: "bucket",
  run({ world, account, address, request }) {
    const { bucket: name, region } = address;
    const appId = appIdOf(name);
    if (appId === undefined) throw new CosError("InvalidBucketName", "The specified bucket is not valid.");
    if (appId !== account.appId) throw cosErrors.accessDenied();
    const existing = world.buckets.get(name);
    if (existing?.region === region) {
      throw new CosError("BucketAlreadyOwnedByYou", "The bucket you tried to create already exists, and you own it.");
    }
    if (existing) throw new CosError("BucketAlreadyExists", "The requested bucket name is not available.");
    if (!world.images.has(region)) throw cosErrors.invalidArgument("region", `COS is not in ${region}`);
    const bucket = makeBucket(world, { name, region });
    if (/^public-read(-write)?$/.test(request.headers["x-cos-acl"] ?? "")) bucket.isPublic = true;
    return {};
  },
};
