// eb 2021-04-16 ListTargets.
import { requireRule } from "../../services/events/find-rule.ts";
import { pageOfEvents } from "../../services/events/list-page.ts";
import { viewTarget } from "../../services/events/views.ts";
import { defineAction } from "../shared/define-action.ts";

export const listTargets = defineAction("eb", "ListTargets", (call, params) => {
  const rule = requireRule(call, params);
  const at = { busId: params.EventBusId, ruleId: rule.id };
  const targets = pageOfEvents([...rule.targets.values()], params).map((target) => viewTarget(at, target));
  return { Targets: targets, TotalCount: rule.targets.size };
});
