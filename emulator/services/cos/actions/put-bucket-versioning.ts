// PutBucketVersioning: enables or suspends versioning.
import { checkContent } from "../content.ts";
import { cosErrors } from "../errors.ts";
import { type Operation, openBucket } from "../operation.ts";
import { readXml } from "../xml.ts";

export const putBucketVersioning: Operation = {
  name: "PutBucketVersioning",
  method: "PUT",
  on: "bucket",
  subresource: "versioning",
  run(call) {
    const bucket = openBucket(call);
    checkContent(call.request);
    const document = readXml(new TextDecoder().decode(call.request.body));
    const status = document?.children.find(({ name }) => name === "Status")?.text;
    if (document?.name !== "VersioningConfiguration" || (status !== "Enabled" && status !== "Suspended")) {
      throw cosErrors.malformedXml();
    }
    bucket.versioning = status;
    return {};
  },
};
