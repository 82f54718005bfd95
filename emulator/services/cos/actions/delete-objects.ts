// DeleteObjects: deletes up to 1,000 objects; those that do not exist count as deleted.
import { removeObject } from "../../../world/services/bucket.ts";
import { checkContent } from "../content.ts";
import { CosError, cosErrors } from "../errors.ts";
import { type Operation, openBucket } from "../operation.ts";
import { readXml, type Written, writeXml } from "../xml.ts";

const MOST_KEYS = 1000;

export const deleteObjects: Operation = {
  name: "DeleteObjects",
  permission: "DeleteMultipleObjects",
  method: "POST",
  on: "bucket",
  subresource: "delete",
  run(call) {
    const { world, request } = call;
    const bucket = openBucket(call);
    if (request.headers["content-md5"] === undefined) {
      throw new CosError("InvalidRequest", "Missing required header for this request: Content-MD5");
    }
    checkContent(request);
    const { keys, isQuiet } = readKeys(request.body);
    for (const key of keys) removeObject(bucket, key, world.workNow() + world.switches.cosListsDeletedForMs);
    const deleted = isQuiet ? [] : keys.map((key): Written => ["Deleted", [["Key", key]]]);
    return { body: writeXml(["DeleteResult", deleted]) };
  },
};

/** The keys in a `<Delete>` document. Throws `CosError` MalformedXML. */
function readKeys(body: Uint8Array): { keys: string[]; isQuiet: boolean } {
  const document = readXml(new TextDecoder().decode(body));
  if (document?.name !== "Delete") throw cosErrors.malformedXml();
  const keys = document.children
    .filter(({ name }) => name === "Object")
    .map(({ children }) => children.find(({ name }) => name === "Key")?.text ?? "");
  if (keys.length === 0 || keys.length > MOST_KEYS || keys.includes("")) throw cosErrors.malformedXml();
  return { keys, isQuiet: document.children.some(({ name, text }) => name === "Quiet" && text === "true") };
}
