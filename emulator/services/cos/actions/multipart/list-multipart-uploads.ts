// ListMultipartUploads: the uploads of a bucket that have not ended, in one page.
import { type Operation, openBucket } from "../../operation.ts";
import { type Written, writeXml } from "../../xml.ts";

export const listMultipartUploads: Operation = {
  name: "ListMultipartUploads",
  method: "GET",
  on: "bucket",
  subresource: "uploads",
  parameters: ["prefix", "encoding-type"],
  run(call) {
    const { name, uploads } = openBucket(call);
    const { query } = call.address;
    const prefix = query.get("prefix") ?? "";
    const text = (value: string) => (query.get("encoding-type") === "url" ? encodeURIComponent(value) : value);
    const listed = [...uploads.values()].filter(({ key }) => key.startsWith(prefix));
    const document: Written[] = [
      ["Bucket", name],
      ["Prefix", text(prefix)],
      ["MaxUploads", 1000],
      ["IsTruncated", false],
      ...listed.map(({ id, key, startedAt }): Written => {
        const members: Written[] = [
          ["Key", text(key)],
          ["UploadId", id],
          ["Initiated", new Date(startedAt).toISOString()],
        ];
        return ["Upload", members];
      }),
    ];
    return { body: writeXml(["ListMultipartUploadsResult", document]) };
  },
};
