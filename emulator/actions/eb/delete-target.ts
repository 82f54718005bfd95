// eb 2021-04-16 DeleteTarget.
import { requireRule, requireTarget } from "../../services/events/find-rule.ts";
import { defineAction } from "../shared/define-action.ts";

export const deleteTarget = defineAction("eb", "DeleteTarget", (call, params) => {
  const target = requireTarget(call, params);
  requireRule(call, params).targets.delete(target.id);
  return {};
});
