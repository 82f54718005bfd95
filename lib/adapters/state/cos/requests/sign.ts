// The signature of COS: who sends which request, and from when to when the request is valid.
import { createHash, createHmac } from "node:crypto";
import type { Millis } from "../../../../model/types.ts";
import type { Credentials } from "../../../tencent/transport/credentials.ts";
import type { CosPlace } from "../place.ts";

/** What is signed of a request. */
export interface Signable {
  readonly method: "GET" | "PUT" | "POST";
  /** Not encoded, with its first slash. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** From when to when COS accepts a request, by the clock of COS. */
export interface Window {
  readonly from: Millis;
  readonly until: Millis;
}

/** A signed request, as it is sent. */
export interface SignedRequest {
  readonly method: string;
  readonly host: string;
  /** The path and the query, encoded. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Signs a request to the bucket. COS refuses the request outside of the window, and if any header or
 * the content differs from what was signed.
 */
export function signRequest(
  { bucket, region }: CosPlace,
  { body, ...request }: Signable & { readonly body?: Uint8Array },
  credentials: Credentials,
  window: Window,
): SignedRequest {
  const host = `${bucket}.cos.${region}.myqcloud.com`;
  const { token } = credentials;
  const headers: Record<string, string> = {
    ...request.headers,
    host,
    ...(body && {
      "content-length": String(body.length),
      "content-md5": md5(body),
      "content-type": request.method === "POST" ? "application/xml" : "application/octet-stream",
    }),
    ...(token !== undefined && { "x-cos-security-token": token }),
  };
  // A parameter without a value, such as `versioning`, stands alone in the address and with `=` in the signature.
  const query = Object.entries(request.params).map(
    ([name, value]) => encoded(name) + (value === "" ? "" : `=${encoded(value)}`),
  );
  return {
    method: request.method,
    host,
    target: request.path.split("/").map(encoded).join("/") + (query.length > 0 ? `?${query.join("&")}` : ""),
    headers: { ...headers, authorization: authorization({ ...request, headers }, credentials, window) },
    body: body ?? new Uint8Array(),
  };
}

const md5 = (body: Uint8Array) => createHash("md5").update(body).digest("base64");

const hmac = (key: string, text: string) => createHmac("sha1", key).update(text).digest("hex");

/**
 * The header Authorization of a request (COS, "Request Signature"). All parameters and all given
 * headers are signed. COS refuses the request outside of the window, which may not become longer by
 * rounding: its end is rounded down to a whole second.
 */
export function authorization(request: Signable, { secretId, secretKey }: Credentials, window: Window): string {
  const time = `${Math.floor(window.from / 1000)};${Math.floor(window.until / 1000)}`;
  const params = sorted(request.params);
  const headers = sorted(request.headers);
  const text = [request.method.toLowerCase(), request.path, joined(params), joined(headers), ""].join("\n");
  const toSign = ["sha1", time, createHash("sha1").update(text).digest("hex"), ""].join("\n");
  return [
    "q-sign-algorithm=sha1",
    `q-ak=${secretId}`,
    `q-sign-time=${time}`,
    `q-key-time=${time}`,
    `q-header-list=${headers.map(([name]) => name).join(";")}`,
    `q-url-param-list=${params.map(([name]) => name).join(";")}`,
    `q-signature=${hmac(hmac(secretKey, time), toSign)}`,
  ].join("&");
}

/** Percent-encodes all but letters, digits and `-_.~`, as COS does before it signs. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

type Pair = readonly [name: string, value: string];

/** Names in lower case and in the order of their characters; names and values encoded. */
function sorted(fields: Readonly<Record<string, string>>): readonly Pair[] {
  const pairs = Object.entries(fields).map(([name, value]): Pair => [encoded(name).toLowerCase(), encoded(value)]);
  return pairs.sort(([a], [b]) => (a < b ? -1 : 1));
}

const joined = (pairs: readonly Pair[]) => pairs.map(([name, value]) => `${name}=${value}`).join("&");
