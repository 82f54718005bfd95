// The action InvokeFunction.
import { defineAction } from "../shared/define-action.ts";
import { invokeFunctionOf } from "./invoke-function-of.ts";

/** Invokes a function and waits for its answer. */
export const invokeFunction = defineAction("scf", "InvokeFunction", (call, params) =>
  invokeFunctionOf(call, params, params.Event),
);
