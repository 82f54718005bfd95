// The results of invocations, in the forms in which SCF answers them.
import type { InvocationError, InvocationResult } from "../../world/services/function.ts";

type Measured = Pick<InvocationResult, "durationMs" | "memoryBytes" | "lines">;

/** Bytes of an answer at most (product documentation 583/11637). */
const MOST_BYTES = 6 * 1024 * 1024;

/** The result of a handler that returned, as JSON text. An answer that is too long is an error. */
export function succeeded(requestId: string, text: string, measured: Measured): InvocationResult {
  if (Buffer.byteLength(text) <= MOST_BYTES) return { text, error: undefined, ...measured };
  const message = "The size of response exceeds the upper limit (6MB)";
  return failed(requestId, { status: 407, message }, measured);
}

/** The result of an invocation that failed. An error of the code has its stack in `message`. */
export function failed(requestId: string, error: InvocationError, measured: Measured): InvocationResult {
  const isOfCode = error.status === 430;
  const text = JSON.stringify({
    errorCode: -1,
    errorMessage: isOfCode ? "user code exception caught" : error.message,
    requestId,
    ...(isOfCode && { stackTrace: error.message }),
    statusCode: error.status,
  });
  return { text, error, ...measured };
}

/** The result of an invocation that never reached an instance. */
export function refused(requestId: string, status: number, message: string): InvocationResult {
  return failed(requestId, { status, message }, { durationMs: 0, memoryBytes: 0, lines: [] });
}
