// Why a region could not be read, or a question was not answered.
import { CloudError } from "../model/errors.ts";
import { readFailureReason } from "../model/messages/run.ts";
import type { Reason } from "../model/types.ts";

/**
 * The reason why a read failed. Rethrows an abort, and any error that is not an answer of the
 * cloud.
 */
export function readFailure(kind: "unreadable" | "unanswered", error: unknown): Reason {
  if (!(error instanceof CloudError) || error.code === "Aborted") throw error;
  return readFailureReason(kind, error);
}
