// eb 2021-04-16 ListRules.
import { requireBus } from "../../services/events/find-rule.ts";
import { pageOfEvents } from "../../services/events/list-page.ts";
import { viewRule } from "../../services/events/views.ts";
import { defineAction } from "../shared/define-action.ts";

export const listRules = defineAction("eb", "ListRules", (call, params) => {
  const bus = requireBus(call, params.EventBusId);
  const rules = pageOfEvents([...bus.rules.values()], params).map((rule) => ({
    ...viewRule(bus.id, rule),
    Targets: [...rule.targets.values()].map(({ id, type }) => ({ TargetId: id, Type: type })),
    DeadLetterConfig: null,
  }));
  return { Rules: rules, TotalCount: bus.rules.size };
});
