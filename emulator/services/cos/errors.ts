// The errors of COS and their HTTP statuses.
import { ownValue } from "../../model/own-value.ts";

/**
 * The statuses of the codes that the emulator answers and that faults may inject (product documentation 436/7730; those
 * of `PUT Object` 436/7749). The texts of messages are from memory, but for `Request has expired`. All others are 400.
 */
const STATUSES: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  InvalidAccessKeyId: 403,
  SignatureDoesNotMatch: 403,
  RequestTimeTooSkewed: 403,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NoSuchEncryptionConfiguration: 404,
  MethodNotAllowed: 405,
  BucketAlreadyExists: 409,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  FileAlreadyExists: 409,
  MissingContentLength: 411,
  InternalError: 500,
  NotImplemented: 501,
  ServiceUnavailable: 503,
  SlowDown: 503,
};

/** An error of COS: an XML document with the status of its code. */
export class CosError extends Error {
  override readonly name = "CosError";
  readonly code: string;
  readonly status: number;
  /** Elements of the document besides the usual ones. */
  readonly details: Readonly<Record<string, string>>;

  constructor(code: string, message: string, details: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.status = ownValue(STATUSES, code) ?? 400;
    this.details = details;
  }
}

export const cosErrors = {
  accessDenied: () => new CosError("AccessDenied", "Access Denied."),
  noSuchBucket: () => new CosError("NoSuchBucket", "The specified bucket does not exist."),
  noSuchKey: () => new CosError("NoSuchKey", "The specified key does not exist."),
  malformedXml: () =>
    new CosError("MalformedXML", "The XML you provided was not well-formed or did not validate against our schema"),
  invalidArgument: (name: string, why: string) => new CosError("InvalidArgument", `Invalid ${name}: ${why}.`),
};
