// Declares the operations of COS.
import type { Account } from "../../settings/accounts.ts";
import type { Bucket, StoredObject } from "../../world/services/bucket.ts";
import type { World } from "../../world/types.ts";
import { cosErrors } from "./errors.ts";
import type { Address, CosRequest } from "./request.ts";

/** A running operation: an authenticated request. */
export interface CosCall {
  readonly world: World;
  readonly account: Account;
  readonly address: Address;
  readonly request: CosRequest;
  /** Whether the object existed when the request arrived, which may be long before it takes effect. */
  readonly existedOnArrival: boolean;
}

/** What an operation answers, without the headers that all answers have. */
export interface CosAnswer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Operation {
  readonly name: string;
  readonly method: string;
  /** Whether the request names an object, the bucket itself, or neither. */
  readonly on: "service" | "bucket" | "object";
  /** The parameter that selects the operation, e.g. `versioning`. */
  readonly subresource?: string;
  /** All other parameters that it takes. */
  readonly parameters?: readonly string[];
  /** Its name in CAM, if it is another (product documentation 436/30580). */
  readonly permission?: string;
  /** Throws `CosError`. */
  readonly run: (call: CosCall) => CosAnswer;
}

/** The bucket of a call. Throws `CosError` NoSuchBucket, or AccessDenied for all but its owner. */
export function openBucket({ world, account, address }: CosCall): Bucket {
  const bucket = world.buckets.get(address.bucket);
  if (bucket?.region !== address.region) throw cosErrors.noSuchBucket();
  if (bucket.owner !== account.uin) throw cosErrors.accessDenied();
  return bucket;
}

/** The object of a call. Throws `CosError` as `openBucket`, or NoSuchKey. */
export function openObject(call: CosCall): StoredObject {
  const object = openBucket(call).objects.get(call.address.key);
  if (object === undefined) throw cosErrors.noSuchKey();
  return object;
}
