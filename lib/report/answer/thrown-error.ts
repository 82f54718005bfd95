// What a person reads when a function fails: the text of the error, without a stack.
import { CloudError, ReplicatorError } from "../../model/errors.ts";
import { withRequestId } from "../../model/messages/define.ts";
import { runMessage } from "../../model/messages/run.ts";

/**
 * Makes an error that a function throws readable in the console, and returns it. SCF shows the `stack` of what is
 * thrown (scf 2018-04-16, InvokeFunction: errorMessage and stackTrace), so the stack becomes the message with its
 * remedy. `isDebug` keeps the stack of an unexpected error.
 */
export function thrownError(error: unknown, isDebug: boolean): Error {
  const thrown = error instanceof Error ? error : new Error(String(error));
  if (!(thrown instanceof ReplicatorError)) {
    if (!isDebug) show(thrown, runMessage("internal-error", { name: thrown.name, text: thrown.message }).text);
    return thrown;
  }
  return show(thrown, thrown instanceof CloudError ? failureText(thrown) : thrown.message);
}

function failureText({ message, remedy, code, outcome, requestId }: CloudError): string {
  const text = withRequestId(message, requestId);
  const isConnection = code === "Network" || code === "Timeout";
  const passes = outcome !== "terminal" && !isConnection;
  const kind = isConnection ? "connection" : passes ? "passes" : "stays";
  return runMessage("call-failed", { text, kind, ...(remedy !== undefined && { remedy }) }).text;
}

/** Changes the error itself: its class stays the one that a caller tests for. */
function show(error: Error, message: string): Error {
  // The runtime may print the error with its cause, and that with its stack.
  delete error.cause;
  return Object.assign(error, { message, stack: `${error.name}: ${message}` });
}
