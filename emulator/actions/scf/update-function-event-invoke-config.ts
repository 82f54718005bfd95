// The action UpdateFunctionEventInvokeConfig.
import { ApiError } from "../../errors.ts";
import { MOST_RETRIES, TTL_SECONDS } from "../../services/functions/schedule/retries.ts";
import { defineAction } from "../shared/define-action.ts";
import { activeFunction } from "./function-at.ts";

/** Sets how often an asynchronous event is tried again, and how long it is kept. */
export const updateFunctionEventInvokeConfig = defineAction(
  "scf",
  "UpdateFunctionEventInvokeConfig",
  (call, params) => {
    const stored = activeFunction(call, params, "FailedOperation.FunctionVersionStatusNotActive");
    const { RetryConfig, MsgTTL } = params.AsyncTriggerConfig;
    const [retry] = RetryConfig;
    if (retry === undefined) throw new ApiError("InvalidParameterValue.AsyncTriggerConfig", "`RetryConfig` is empty.");
    if (retry.RetryNum < 0 || retry.RetryNum > MOST_RETRIES) {
      throw new ApiError("LimitExceeded.RetryNum", `\`RetryNum\` must be from 0 to ${MOST_RETRIES}.`);
    }
    if (MsgTTL < TTL_SECONDS.least || MsgTTL > TTL_SECONDS.most) {
      throw new ApiError(
        "LimitExceeded.MsgTTL",
        `\`MsgTTL\` must be from ${TTL_SECONDS.least} to ${TTL_SECONDS.most}.`,
      );
    }
    Object.assign(stored, { retryNum: retry.RetryNum, msgTtlSeconds: MsgTTL });
    return {};
  },
);
