// The action GetFunctionEventInvokeConfig.
import { defineAction } from "../shared/define-action.ts";
import { functionAt } from "./function-at.ts";

export const getFunctionEventInvokeConfig = defineAction("scf", "GetFunctionEventInvokeConfig", (call, params) => {
  const { retryNum, msgTtlSeconds } = functionAt(call, params);
  return { AsyncTriggerConfig: { RetryConfig: [{ RetryNum: retryNum }], MsgTTL: msgTtlSeconds } };
});
