// Reads the code that a request brings or names.
import { ApiError } from "../../errors.ts";
import { readZip, ZipError } from "../../services/functions/code/read-zip.ts";
import type { Call } from "../shared/define-action.ts";

/** The members that name code; in CreateFunction they are in `Code`. */
export interface CodeInput {
  readonly ZipFile?: string;
  readonly CosBucketName?: string;
  readonly CosObjectName?: string;
  readonly CosBucketRegion?: string;
}

/**
 * The zip of a request: base64, or an object in a bucket of the caller. Throws `ApiError` if there
 * is none, or if it cannot be unpacked safely.
 */
export function codeOf(call: Call, input: CodeInput): Uint8Array {
  const zip = input.ZipFile === undefined ? codeInCos(call, input) : decode(input.ZipFile);
  try {
    readZip(zip);
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    throw new ApiError("InvalidParameterValue.ZipFile", `The code is not accepted: ${error.message}.`);
  }
  return zip;
}

function decode(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) {
    throw new ApiError("InvalidParameterValue.ZipFileBase64BinasciiError", "`ZipFile` is not base64.");
  }
  return new Uint8Array(Buffer.from(text, "base64"));
}

/** A bucket is named without the app id of its owner. */
function codeInCos({ world, account, region }: Call, input: CodeInput): Uint8Array {
  const { CosBucketName: name, CosObjectName: key, CosBucketRegion: at = region } = input;
  if (name === undefined || key === undefined) {
    throw new ApiError(
      "InvalidParameterValue.Code",
      "`ZipFile`, or `CosBucketName` and `CosObjectName`, are required.",
    );
  }
  const bucket = world.buckets.get(`${name}-${account.appId}`);
  if (bucket === undefined || bucket.region !== at || bucket.owner !== account.uin) {
    const hint = name.endsWith(`-${account.appId}`) ? ` Write the name without \`-${account.appId}\`.` : "";
    throw new ApiError(
      "InvalidParameterValue.CosBucketName",
      `There is no bucket \`${name}\` of yours in \`${at}\`.${hint}`,
    );
  }
  const object = bucket.objects.get(key.replace(/^\//, ""));
  if (object === undefined) {
    throw new ApiError(
      "InvalidParameterValue.CosObjectName",
      `There is no object \`${key}\` in the bucket \`${name}\`.`,
    );
  }
  return object.body;
}
