// Invokes a function, for the actions Invoke and InvokeFunction.
import { ApiError } from "../../errors.ts";
import { blank } from "../../model/blank.ts";
import type { Output } from "../../model/model.ts";
import { invokeAsync } from "../../services/functions/async-queue.ts";
import { type InvocationResult, targetOf } from "../../world/services/function.ts";
import type { Call } from "../shared/define-action.ts";
import { activeFunction, revisionAt } from "./function-at.ts";

/** Bytes of an event at most (product documentation 583/11637). */
const MOST_BYTES = 6 * 1024 * 1024;
/** Characters of the log that `LogType: Tail` shows. */
const TAIL = 4096;

interface InvokeInput {
  readonly FunctionName: string;
  readonly Namespace?: string;
  readonly Qualifier?: string;
  readonly LogType?: string;
}

/**
 * Invokes a function with an event (JSON text) and answers at once, or later if the function runs
 * meanwhile. Throws `ApiError` if it cannot be invoked; an error of the function is an answer.
 */
export function invokeFunctionOf(call: Call, params: InvokeInput, event = "{}", isAsync = false) {
  const { world } = call;
  const stored = activeFunction(call, params, "FailedOperation.FunctionStatusError");
  const qualifier = params.Qualifier ?? "$LATEST";
  revisionAt(stored, qualifier, "ResourceNotFound.Function");
  if (Buffer.byteLength(event) > MOST_BYTES) {
    throw new ApiError("InvalidParameterValue.Param", "The event has at most 6 MB.");
  }
  const parsed = parse(event);
  if (isAsync) {
    const requestId = invokeAsync(world, targetOf(stored, qualifier), parsed);
    return { Result: { ...blank("scf", "Result"), FunctionRequestId: requestId } };
  }
  if (world.runner === undefined || call.answerLater === undefined) {
    throw new ApiError(
      "FailedOperation.InvokeFunction",
      "This emulator does not run functions. Start it with --run-functions.",
    );
  }
  const requestId = world.random.uuid();
  const running = world.runner.run(stored, { requestId, qualifier, event, source: "", isAsync: false, retry: 0 });
  call.answerLater(running.then((result) => ({ Result: viewResult(requestId, result, params.LogType === "Tail") })));
  return { Result: blank("scf", "Result") };
}

function parse(event: string): unknown {
  try {
    return JSON.parse(event);
  } catch {
    throw new ApiError("InvalidParameterValue.Param", "The event is not JSON.");
  }
}

function viewResult(requestId: string, result: InvocationResult, withLog: boolean): Output<"scf", "Result"> {
  const { text, error, durationMs, memoryBytes, lines } = result;
  const log = lines.map((line) => `${line.text}\n`).join("");
  return {
    Log: withLog ? log.slice(-TAIL) : "",
    RetMsg: text,
    ErrMsg: error?.message ?? "",
    MemUsage: memoryBytes,
    Duration: Math.round(durationMs),
    BillDuration: Math.ceil(durationMs),
    FunctionRequestId: requestId,
    InvokeResult: error === undefined ? 0 : -1,
  };
}
