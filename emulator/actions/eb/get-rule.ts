// eb 2021-04-16 GetRule.
import { requireRule } from "../../services/events/find-rule.ts";
import { viewRule } from "../../services/events/views.ts";
import { defineAction } from "../shared/define-action.ts";

export const getRule = defineAction("eb", "GetRule", (call, params) => {
  const rule = requireRule(call, params);
  return { ...viewRule(params.EventBusId, rule), EventPattern: rule.pattern };
});
