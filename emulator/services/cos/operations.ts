// All operations of COS, and which one a request means.

import { deleteBucket } from "./actions/delete-bucket.ts";
import { deleteObject } from "./actions/delete-object.ts";
import { deleteObjects } from "./actions/delete-objects.ts";
import { getBucketEncryption } from "./actions/get-bucket-encryption.ts";
import { getBucketVersioning } from "./actions/get-bucket-versioning.ts";
import { getObject } from "./actions/get-object.ts";
import { headBucket } from "./actions/head-bucket.ts";
import { headObject } from "./actions/head-object.ts";
import { listBuckets } from "./actions/list-buckets.ts";
import { listObjects } from "./actions/list-objects.ts";
import { abortMultipartUpload } from "./actions/multipart/abort-multipart-upload.ts";
import { completeMultipartUpload } from "./actions/multipart/complete-multipart-upload.ts";
import { initiateMultipartUpload } from "./actions/multipart/initiate-multipart-upload.ts";
import { listMultipartUploads } from "./actions/multipart/list-multipart-uploads.ts";
import { listParts } from "./actions/multipart/list-parts.ts";
import { uploadPart } from "./actions/multipart/upload-part.ts";
import { putBucket } from "./actions/put-bucket.ts";
import { putBucketEncryption } from "./actions/put-bucket-encryption.ts";
import { putBucketVersioning } from "./actions/put-bucket-versioning.ts";
import { putObject } from "./actions/put-object.ts";
import { CosError } from "./errors.ts";
import type { Operation } from "./operation.ts";
import type { Address, CosRequest } from "./request.ts";

/** All operations. */
export const OPERATIONS: readonly Operation[] = [
  putObject,
  getObject,
  headObject,
  deleteObject,
  deleteObjects,
  listObjects,
  getBucketVersioning,
  putBucketVersioning,
  putBucket,
  headBucket,
  deleteBucket,
  listBuckets,
  getBucketEncryption,
  putBucketEncryption,
  initiateMultipartUpload,
  uploadPart,
  completeMultipartUpload,
  abortMultipartUpload,
  listParts,
  listMultipartUploads,
];

/** Headers that change what an operation does, and that the emulator does not have. */
const UNKNOWN_HEADERS = /^(range|if-.+|x-cos-copy-source.*)$/;

/**
 * The operation that a request means. Throws `CosError` NotImplemented for all that the emulator does not have: a
 * parameter or header that it passed over would change what the request means.
 */
export function operationOf({ method, headers }: CosRequest, { bucket, key, query }: Address): Operation {
  const unknown = Object.keys(headers).find((name) => UNKNOWN_HEADERS.test(name));
  if (unknown !== undefined) throw new CosError("NotImplemented", `The emulator does not have the header ${unknown}.`);
  const names = [...query.keys()];
  const on = bucket === "" ? "service" : key === "" ? "bucket" : "object";
  const operation = OPERATIONS.find((candidate) => {
    const { subresource, parameters = [] } = candidate;
    const isMeant = candidate.method === method && candidate.on === on;
    const isSelected = subresource === undefined || query.has(subresource);
    return isMeant && isSelected && names.every((name) => name === subresource || parameters.includes(name));
  });
  if (operation) return operation;
  throw new CosError("NotImplemented", `The emulator has no ${method} with the parameters: ${names.join(", ")}.`);
}
