// HeadBucket: whether a bucket exists and the account may use it.
import { type Operation, openBucket } from "../operation.ts";

export const headBucket: Operation = {
  name: "HeadBucket",
  method: "HEAD",
  on: "bucket",
  run: (call) => ({ headers: { "x-cos-bucket-region": openBucket(call).region } }),
};
