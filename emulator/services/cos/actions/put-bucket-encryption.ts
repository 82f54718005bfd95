// PutBucketEncryption: lets COS encrypt what is put, which changes nothing here.
import { checkContent } from "../content.ts";
import { cosErrors } from "../errors.ts";
import { type Operation, openBucket } from "../operation.ts";
import { type Read, readXml } from "../xml.ts";

const ALGORITHMS = ["AES256", "KMS", "SM4"];

export const putBucketEncryption: Operation = {
  name: "PutBucketEncryption",
  method: "PUT",
  on: "bucket",
  subresource: "encryption",
  run(call) {
    const bucket = openBucket(call);
    checkContent(call.request);
    const root = readXml(new TextDecoder().decode(call.request.body));
    const child = (element: Read | undefined, name: string) => element?.children.find((one) => one.name === name);
    const byDefault = child(child(root, "Rule"), "ApplyServerSideEncryptionByDefault");
    const algorithm = child(byDefault, "SSEAlgorithm")?.text ?? "";
    if (root?.name !== "ServerSideEncryptionConfiguration" || !ALGORITHMS.includes(algorithm)) {
      throw cosErrors.malformedXml();
    }
    bucket.encryption = algorithm;
    return {};
  },
};
