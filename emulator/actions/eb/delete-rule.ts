// eb 2021-04-16 DeleteRule.
import { ApiError } from "../../errors.ts";
import { requireBus, requireRule } from "../../services/events/find-rule.ts";
import { defineAction } from "../shared/define-action.ts";

export const deleteRule = defineAction("eb", "DeleteRule", (call, params) => {
  const rule = requireRule(call, params);
  if (rule.targets.size > 0) {
    throw new ApiError("ResourceInUse.Rule", `The rule \`${rule.id}\` has targets. Delete them first.`);
  }
  requireBus(call, params.EventBusId).rules.delete(rule.id);
  return {};
});
