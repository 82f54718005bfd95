// GetBucketEncryption: whether COS encrypts what is put.
import { CosError } from "../errors.ts";
import { type Operation, openBucket } from "../operation.ts";
import { type Written, writeXml } from "../xml.ts";

export const getBucketEncryption: Operation = {
  name: "GetBucketEncryption",
  method: "GET",
  on: "bucket",
  subresource: "encryption",
  run(call) {
    const { encryption } = openBucket(call);
    if (encryption === undefined) {
      throw new CosError("NoSuchEncryptionConfiguration", "The server side encryption configuration was not found.");
    }
    const byDefault: Written = ["ApplyServerSideEncryptionByDefault", [["SSEAlgorithm", encryption]]];
    return { body: writeXml(["ServerSideEncryptionConfiguration", [["Rule", [byDefault]]]]) };
  },
};
