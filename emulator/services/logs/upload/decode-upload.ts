// The body of UploadLog as logs, or the error that it is answered with.
import { ApiError } from "../../../errors.ts";
import { decodeLogGroups, LogLimitError, type SentLog } from "./log-groups.ts";
import { Lz4Error, unpackLz4 } from "./lz4.ts";
import { WireError } from "./protobuf.ts";

/** What a body may unpack to. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * Unpacks and decodes a body. Throws `ApiError` FailedOperation.MissingContent, InvalidParameter,
 * InvalidParameter.Content, LimitExceeded.LogSize or UnsupportedOperation.
 */
export function decodeUpload(body: Uint8Array | undefined, compression: string): SentLog[] {
  if (body === undefined || body.length === 0) {
    const form = "a LogGroupList in Protocol Buffers with the Content-Type application/octet-stream";
    throw new ApiError("FailedOperation.MissingContent", `The body is missing; it must be ${form}.`);
  }
  try {
    const logs = decodeLogGroups(unpacked(body, compression));
    if (logs.length === 0) throw new ApiError("FailedOperation.MissingContent", "The body has no logs.");
    return logs;
  } catch (error) {
    if (error instanceof LogLimitError) throw new ApiError("LimitExceeded.LogSize", `${error.message}.`);
    if (!(error instanceof WireError) && !(error instanceof Lz4Error)) throw error;
    throw new ApiError("InvalidParameter.Content", `The body cannot be decoded: ${error.message}.`);
  }
}

function unpacked(body: Uint8Array, compression: string): Uint8Array {
  switch (compression) {
    case "":
      return body;
    case "lz4":
      return unpackLz4(body, MOST_BYTES);
    case "zstd":
      throw new ApiError("UnsupportedOperation", "The emulator does not unpack zstd. Use lz4 or no compression.");
    default:
      throw new ApiError("InvalidParameter", `The CompressType \`${compression}\` must be lz4, zstd or empty.`);
  }
}
