// GetBucketVersioning: whether versioning is enabled, suspended or was never set.
import { type Operation, openBucket } from "../operation.ts";
import { writeXml } from "../xml.ts";

export const getBucketVersioning: Operation = {
  name: "GetBucketVersioning",
  method: "GET",
  on: "bucket",
  subresource: "versioning",
  run(call) {
    const { versioning } = openBucket(call);
    return { body: writeXml(["VersioningConfiguration", versioning === undefined ? [] : [["Status", versioning]]]) };
  },
};
