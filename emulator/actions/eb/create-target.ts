// eb 2021-04-16 CreateTarget.
import { ApiError } from "../../errors.ts";
import { checkBatch, invalid } from "../../services/events/check-values.ts";
import { requireRule } from "../../services/events/find-rule.ts";
import { FUNCTION_FORM, functionAt } from "../../services/events/target-function.ts";
import { functionKey } from "../../world/services/function.ts";
import { defineAction } from "../shared/define-action.ts";

/** Targets of a rule (product documentation 1108/42271). */
const MOST_TARGETS = 10;

export const createTarget = defineAction("eb", "CreateTarget", (call, params) => {
  const { Type: type, TargetDescription: description } = params;
  const { world, account } = call;
  const rule = requireRule(call, params);
  if (type !== "scf") throw invalid("Type", `\`${type}\` must be scf, the only type that the emulator delivers to`);
  const resource = description.ResourceDescription;
  const at = functionAt(resource);
  if (at?.account !== account.uin) {
    throw invalid("TargetDescription", `\`${resource}\` must be ${FUNCTION_FORM} of the account ${account.uin}`);
  }
  const batch = { ...description.SCFParams, ...params };
  checkBatch(batch);
  if (!world.functions.has(functionKey(at))) {
    throw new ApiError("ResourceNotFound.Function", `The function \`${at.name}\` does not exist in ${at.region}.`);
  }
  if (rule.targets.size >= MOST_TARGETS) {
    throw new ApiError("LimitExceeded.Target", `A rule has at most ${MOST_TARGETS} targets.`);
  }
  const id = world.random.id("target");
  const { EnableBatchDelivery: isBatched = false, BatchEventCount: batchCount = 1, BatchTimeout = 0 } = batch;
  const dates = { createdAt: world.now(), modifiedAt: world.now() };
  rule.targets.set(id, { id, type, resource, isBatched, batchCount, batchSeconds: BatchTimeout, ...dates });
  return { TargetId: id };
});
