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
  /** Empty for the service itself, at whose host the buckets are listed. */
  readonly bucket: string;
  /** Empty for the service in all regions. */
  readonly region: string;
  /** Decoded, without the first slash; empty for the bucket itself. */
  readonly key: string;
  /** The decoded parameters, by name. One without a value has an empty one. */
  readonly query: ReadonlyMap<string, string>;
}

const HOST = /^([a-z0-9-]+)\.cos\.([a-z0-9-]+)\.myqcloud\.com(?::\d+)?$/i;
/** The hosts at which the buckets of one region, or of all, are listed. */
const SERVICE_HOST = /^(?:cos\.([a-z0-9-]+)|service\.cos)\.myqcloud\.com(?::\d+)?$/i;

/** Whether a Host header names COS, with a bucket or without. */
export function isCosHost(host: string): boolean {
  return /(^|\.)myqcloud\.com(:\d+)?$/i.test(host);
}

/** Reads the address of a request. Throws `CosError` InvalidBucketName or InvalidURI. */
export function addressOf({ headers, target }: CosRequest): Address {
  const host = headers["host"] ?? "";
  const service = SERVICE_HOST.exec(host);
  const [, bucket, region] = service ? ["", "", service[1] ?? ""] : (HOST.exec(host) ?? []);
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
