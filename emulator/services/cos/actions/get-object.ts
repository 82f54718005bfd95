// GetObject: an object and the headers with which it was put.
import { type CosAnswer, type CosCall, type Operation, openObject } from "../operation.ts";

export const getObject: Operation = { name: "GetObject", method: "GET", on: "object", run: answerObject };

/** The answer to GetObject, and to HeadObject, which is sent without the body. */
export function answerObject(call: CosCall): CosAnswer {
  const { body, etag, modifiedAt, headers } = openObject(call);
  return {
    headers: {
      "content-type": "application/octet-stream",
      ...headers,
      etag,
      "last-modified": new Date(modifiedAt).toUTCString(),
    },
    body,
  };
}
