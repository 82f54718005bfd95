// An HTTP request to COS, and the bucket, the key and the parameters that it names.
import { CosError } from "./errors.ts";

/** A request as received. */
export interface CosRequest {
  readonly method: string;
  /** The path and the query, still encoded. */
  readonly target: string;
  /** Names are in lower case; `host` is among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What a request is about. */
export interface Address {
  readonly bucket: string;
  readonly region: string;
  /** Decoded, without the first slash; empty for the bucket itself. */
  readonly key: string;
  /** The decoded parameters, by name. One without a value has an empty one. */
  readonly query: ReadonlyMap<string, string>;
}

const HOST = /^([a-z0-9-]+)\.cos\.([a-z0-9-]+)\.myqcloud\.com(?::\d+)?$/i;

/** Whether a Host header names COS, with a bucket or without. */
export function isCosHost(host: string): boolean {
  return /(^|\.)myqcloud\.com(:\d+)?$/i.test(host);
}

/** Reads the address of a request. Throws `CosError` InvalidBucketName or InvalidURI. */
export function addressOf({ headers, target }: CosRequest): Address {
  const [, bucket, region] = HOST.exec(headers["host"] ?? "") ?? [];
  if (bucket === undefined || region === undefined) {
    throw new CosError("InvalidBucketName", "The host must be <bucket>-<appid>.cos.<region>.myqcloud.com.");
  }
  const [path = "/", ...rest] = target.split("?");
  const query = new Map<string, string>();
  for (const pair of rest.join("?").split("&")) {
    const [name = "", ...value] = pair.split("=");
    if (name !== "") query.set(decode(name), decode(value.join("=")));
  }
  return { bucket: bucket.toLowerCase(), region: region.toLowerCase(), key: decode(path).slice(1), query };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new CosError("InvalidURI", "Could not parse the specified URI.");
  }
}
