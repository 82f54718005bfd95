// eb 2021-04-16 UpdateTarget.
import { checkBatch } from "../../services/events/check-values.ts";
import { requireTarget } from "../../services/events/find-rule.ts";
import { defineAction } from "../shared/define-action.ts";

export const updateTarget = defineAction("eb", "UpdateTarget", (call, params) => {
  const target = requireTarget(call, params);
  checkBatch(params, "InvalidParameterValue");
  target.isBatched = params.EnableBatchDelivery ?? target.isBatched;
  target.batchCount = params.BatchEventCount ?? target.batchCount;
  target.batchSeconds = params.BatchTimeout ?? target.batchSeconds;
  target.modifiedAt = call.world.now();
  return {};
});
