/** An error as the API answers it: HTTP 200 with `Response.Error`. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  /** Set as soon as the call has one. */
  requestId: string | undefined;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The connection ended, or what came back was no answer of the API: an injected fault about the socket. */
export class TransportFault extends Error {
  override readonly name = "TransportFault";
  /** `dropped`: nothing came back; `http`: an HTTP error status; `notJson`: HTTP 200 with text that is no JSON. */
  readonly kind: "dropped" | "http" | "notJson";
  readonly status: number | undefined;
  /** Whether the call did its work before the connection failed. The caller cannot know. */
  readonly effectDone: boolean;

  constructor(kind: "dropped" | "http" | "notJson", effectDone: boolean, status?: number) {
    super(kind === "http" ? `HTTP ${status ?? 500}` : kind === "dropped" ? "socket hang up" : "the answer is not JSON");
    this.kind = kind;
    this.status = status;
    this.effectDone = effectDone;
  }
}

/** Whoever runs the emulator gave it something wrong: an option, a switch, a body of the control API. */
export class EmulatorInputError extends Error {
  override readonly name = "EmulatorInputError";
}

const quoted = (values: readonly string[]) => values.map((v) => `\`${v}\``).join(", ");

/**
 * Errors that several actions share. Codes: the lists at each action in the vendor's Go SDK (cvm/v20170312/client.go)
 * and the common error codes of API 3.0. Where no source shows the text of a message, it is the emulator's own.
 */
export const errors = {
  missingParameter: (name: string) =>
    new ApiError("MissingParameter", `The request is missing a required parameter \`${name}\`.`),
  unknownParameter: (name: string) => new ApiError("UnknownParameter", `The parameter \`${name}\` is not recognized.`),
  wrongType: (name: string, type: string) =>
    new ApiError("InvalidParameter", `The value type of parameter \`${name}\` is not valid: it must be ${type}.`),
  invalidValue: (name: string, why: string) =>
    new ApiError("InvalidParameterValue", `The value of parameter \`${name}\` is not valid: ${why}.`),
  tooManyValues: (name: string, most: number) =>
    new ApiError("InvalidParameterValue.LimitExceeded", `The parameter \`${name}\` takes at most ${most} value(s).`),
  tooLong: (name: string, most: number) =>
    new ApiError("InvalidParameterValue.TooLarge", `The parameter \`${name}\` is longer than ${most} characters.`),
  imageMalformed: (id: string) => new ApiError("InvalidImageId.Malformed", `The image id \`${id}\` is malformed.`),
  imageNotFound: (ids: readonly string[]) =>
    new ApiError("InvalidImageId.NotFound", `ImageId ${quoted(ids)} is not found.`),
  imageState: (id: string, state: string) =>
    new ApiError("InvalidImageId.IncorrectState", `The image \`${id}\` is in state ${state}.`),
  imageBusy: (id: string) =>
    new ApiError("FailedOperation.InvalidImageState", `The image \`${id}\` is busy. Please try again later.`),
  nameDuplicate: (name: string, region: string) =>
    new ApiError("InvalidImageName.Duplicate", `The image name \`${name}\` exists already in ${region}.`),
  quota: (region: string, quota: number) =>
    new ApiError("ImageQuotaLimitExceeded", `The image quota (${quota}) of ${region} is exceeded.`),
  dryRun: () => new ApiError("DryRunOperation", "The request would have succeeded, but the DryRun parameter was used."),
};
