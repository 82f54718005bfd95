// eb 2021-04-16 GetEventBus.
import { requireBus } from "../../services/events/find-rule.ts";
import { viewBus } from "../../services/events/views.ts";
import { defineAction } from "../shared/define-action.ts";

export const getEventBus = defineAction("eb", "GetEventBus", (call, { EventBusId }) => {
  const bus = requireBus(call, EventBusId);
  return { ...viewBus(bus), ClsLogsetId: "", ClsTopicId: "", SaveDays: bus.saveDays, EnableStore: bus.isStored };
});
