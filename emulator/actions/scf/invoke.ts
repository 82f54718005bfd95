// The action Invoke.
import { ApiError } from "../../errors.ts";
import { defineAction } from "../shared/define-action.ts";
import { invokeFunctionOf } from "./invoke-function-of.ts";

/** Invokes a function and waits for its answer, or queues the event. ClientContext is the event as JSON text. */
export const invoke = defineAction("scf", "Invoke", (call, params) => {
  const { InvocationType: type = "RequestResponse" } = params;
  if (type !== "RequestResponse" && type !== "Event") {
    throw new ApiError("InvalidParameterValue.Param", "`InvocationType` must be RequestResponse or Event.");
  }
  return invokeFunctionOf(call, params, params.ClientContext, type === "Event");
});
