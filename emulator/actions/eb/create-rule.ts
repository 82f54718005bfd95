// eb 2021-04-16 CreateRule.
import { ApiError } from "../../errors.ts";
import { checkEventDescription, checkEventName, checkPattern } from "../../services/events/check-values.ts";
import { requireBus } from "../../services/events/find-rule.ts";
import { defineAction } from "../shared/define-action.ts";

/** Rules of a bus (product documentation 1108/42271). */
const MOST_RULES = { Cloud: 200, Custom: 10 };

export const createRule = defineAction("eb", "CreateRule", (call, params) => {
  const { EventBusId, RuleName: name, EventPattern: pattern, Enable: isEnabled = true, Description: text } = params;
  const bus = requireBus(call, EventBusId);
  checkEventName("RuleName", name);
  checkEventDescription(text);
  checkPattern(pattern);
  const most = MOST_RULES[bus.type];
  if (bus.rules.size >= most) throw new ApiError("LimitExceeded.Rule", `This event bus has at most ${most} rules.`);
  const id = call.world.random.id("rule");
  const now = call.world.now();
  const dates = { createdAt: now, modifiedAt: now };
  bus.rules.set(id, { id, name, description: text ?? "", isEnabled, pattern, ...dates, targets: new Map() });
  return { RuleId: id };
});
