// The errors of the emulator: API errors, lost connections, and wrong input from its user.
/** An API error: the API answers HTTP 200 with `Response.Error`. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  /** Set once the call has a request id. */
  requestId: string | undefined;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** An injected transport fault: the connection ended, or the client received no API response. */
export class TransportFault extends Error {
  override readonly name = "TransportFault";
  /**
   * `dropped`: no response; `http`: an HTTP error status; `notJson`: HTTP 200 with text that is not
   * JSON.
   */
  readonly kind: "dropped" | "http" | "notJson";
  readonly status: number | undefined;
  /** Whether the call took effect before the fault. A real client cannot know this. */
  readonly effectDone: boolean;

  constructor(kind: "dropped" | "http" | "notJson", effectDone: boolean, status?: number) {
    super(
      kind === "http" ? `HTTP ${status ?? 500}` : kind === "dropped" ? "socket hang up" : "the response is not JSON",
    );
    this.kind = kind;
    this.status = status;
    this.effectDone = effectDone;
  }
}

/** Invalid input from the user of the emulator: an option, a switch or a control API body. */
export class EmulatorInputError extends Error {
  override readonly name = "EmulatorInputError";
}

const quoted = (values: readonly string[]) => values.map((v) => `\`${v}\``).join(", ");

/**
 * Errors that several actions share. The codes come from the lists for each action in the vendor's
 * Go SDK (cvm/v20170312/client.go) and from the common error codes of API 3.0. If no source shows
 * the text of a message, the text is the emulator's own.
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
