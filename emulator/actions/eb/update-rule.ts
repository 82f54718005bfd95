// eb 2021-04-16 UpdateRule.
import { checkEventDescription, checkEventName, checkPattern } from "../../services/events/check-values.ts";
import { requireRule } from "../../services/events/find-rule.ts";
import { defineAction } from "../shared/define-action.ts";

export const updateRule = defineAction("eb", "UpdateRule", (call, params) => {
  const rule = requireRule(call, params);
  const { RuleName = rule.name, Description = rule.description, EventPattern = rule.pattern } = params;
  checkEventName("RuleName", RuleName);
  checkEventDescription(Description);
  checkPattern(EventPattern);
  const changed = { name: RuleName, description: Description, pattern: EventPattern };
  Object.assign(rule, changed, { isEnabled: params.Enable ?? rule.isEnabled, modifiedAt: call.world.now() });
  return {};
});
