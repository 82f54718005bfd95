// The place of a state in COS: bucket, prefix and region, read from a URL cos://bucket/prefix?region=….
import { wrongSetting } from "../../../model/errors.ts";
import { cosUrlMessage } from "../../../model/messages/cos.ts";
import type { Message } from "../../../model/messages/define.ts";

/** Where a state lies in COS. */
export interface CosPlace {
  /** With the id of its owner (APPID), e.g. `images-1250000000`. */
  readonly bucket: string;
  /** Without a slash at either end; empty for the whole bucket. */
  readonly prefix: string;
  readonly region: string;
}

// COS, "Bucket Overview": lower-case letters, digits and dashes, and the APPID at the end.
export const BUCKET = /^[a-z0-9][a-z0-9-]*-[0-9]{6,12}$/;
// Fewer characters than COS allows: names of objects then need no encoding anywhere.
const PREFIX = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/;
export const REGION = /^[a-z]+(-[a-z0-9]+)+$/;

const refuse = (message: Message) => wrongSetting("STATE_URL", message);

/** Whether a text is a prefix, or the key of an object. A part `.` or `..` is refused: other clients of COS resolve it. */
export function isPrefix(text: string): boolean {
  return text === "" || (PREFIX.test(text) && !text.split("/").some((part) => part === "." || part === ".."));
}

/**
 * Reads a URL `cos://bucket/prefix?region=ap-guangzhou`. `region` is used if the URL names none.
 * Throws `InputError`.
 */
export function parseCosUrl(url: string, region: string | undefined): CosPlace {
  const parts = /^cos:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i.exec(url);
  const wrong = (part: "form" | "bucket" | "prefix" | "parameter") =>
    refuse(cosUrlMessage("state-url-cos-invalid", { url: describeCosUrl(url), part }));
  if (!parts) throw wrong("form");
  const [, bucket = "", path = "", query] = parts;
  if (!BUCKET.test(bucket)) throw wrong("bucket");
  const prefix = path.replace(/\/+$/, "");
  if (!isPrefix(prefix)) throw wrong("prefix");
  const params = new URLSearchParams(query);
  const names = [...params.keys()];
  if (names.some((name) => name !== "region") || names.length > 1) throw wrong("parameter");
  const named = params.get("region") ?? region ?? "";
  if (!REGION.test(named)) throw refuse(cosUrlMessage("state-url-cos-region", { url: describeCosUrl(url) }));
  return { bucket, prefix, region: named };
}

/** The URL for messages. A part that does not belong into such a URL is left out, as it may be a secret. */
export function describeCosUrl(url: string): string {
  const [, bucket = "", path = ""] = /^cos:\/\/([^/?#]*)(\/[^?#]*)?/i.exec(url) ?? [];
  const prefix = path.replace(/^\/|\/+$/g, "");
  if (!BUCKET.test(bucket)) return "cos://…";
  return `cos://${bucket}${prefix === "" ? "" : isPrefix(prefix) ? `/${prefix}` : "/…"}`;
}
