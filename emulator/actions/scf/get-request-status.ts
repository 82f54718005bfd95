// The action GetRequestStatus.
import { type Invocation, targetOf } from "../../world/services/function.ts";
import { defineAction } from "../shared/define-action.ts";
import { functionAt } from "./function-at.ts";
import { timeText } from "./function-view.ts";

/** The runs of one request, the last first. */
export const getRequestStatus = defineAction("scf", "GetRequestStatus", (call, params) => {
  const { account, region, name } = targetOf(functionAt(call, params), "$LATEST");
  const isAsked = ({ requestId, target }: Invocation) =>
    requestId === params.FunctionRequestId &&
    target.account === account &&
    target.region === region &&
    target.name === name;
  const runs = call.world.invocations.filter(isAsked).reverse();
  return {
    TotalCount: runs.length,
    Data: runs.map(({ text, error, startedAt, durationMs, memoryBytes, retry }) => ({
      FunctionName: name,
      RetMsg: text,
      StartTime: timeText(startedAt),
      RetCode: error === undefined ? 0 : error.status,
      Duration: durationMs,
      MemUsage: memoryBytes / 1024 / 1024,
      RetryNum: retry,
    })),
  };
});
