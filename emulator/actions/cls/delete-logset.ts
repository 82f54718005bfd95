// cls 2020-10-16 DeleteLogset.
import { ApiError } from "../../errors.ts";
import { requireLogset } from "../../services/logs/find-topic.ts";
import { topicsOf } from "../../services/logs/new-log-resource.ts";
import { defineAction } from "../shared/define-action.ts";

export const deleteLogset = defineAction("cls", "DeleteLogset", (call, { LogsetId }) => {
  const logset = requireLogset(call, LogsetId);
  if (topicsOf(call, logset.id).length > 0) {
    throw new ApiError("FailedOperation.LogsetNotEmpty", `The logset \`${logset.id}\` has topics. Delete them first.`);
  }
  call.world.logsets.delete(logset.id);
  return {};
});
