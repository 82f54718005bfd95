// ListParts: the parts of an upload, in one page.
import { cosErrors } from "../../errors.ts";
import type { Operation } from "../../operation.ts";
import { type Written, writeXml } from "../../xml.ts";
import { openUpload } from "./open-upload.ts";

export const listParts: Operation = {
  name: "ListParts",
  method: "GET",
  on: "object",
  subresource: "uploadId",
  parameters: ["max-parts", "part-number-marker", "encoding-type"],
  run(call) {
    const { bucket, upload } = openUpload(call);
    const { query } = call.address;
    const text = (value: string) => (query.get("encoding-type") === "url" ? encodeURIComponent(value) : value);
    const [marker, most] = [Number(query.get("part-number-marker") || 0), Number(query.get("max-parts") || 1000)];
    if (!Number.isInteger(marker) || !Number.isInteger(most) || most < 1) {
      throw cosErrors.invalidArgument("max-parts or part-number-marker", "it must be a number");
    }
    const after = [...upload.parts].filter(([number]) => number > marker).sort(([a], [b]) => a - b);
    const page = after.slice(0, most);
    const parts = page.map(([number, part]): Written => {
      const members: Written[] = [
        ["PartNumber", number],
        ["LastModified", new Date(part.modifiedAt).toISOString()],
        ["ETag", part.etag],
        ["Size", part.body.length],
      ];
      return ["Part", members];
    });
    const document: Written[] = [
      ["Bucket", bucket.name],
      ["Key", text(upload.key)],
      ["UploadId", upload.id],
      ["PartNumberMarker", marker],
      ["NextPartNumberMarker", page.at(-1)?.[0] ?? marker],
      ["MaxParts", most],
      ["IsTruncated", after.length > page.length],
      ...parts,
    ];
    return { body: writeXml(["ListPartsResult", document]) };
  },
};
