// eb 2021-04-16 ListEventBuses.
import { invalid } from "../../services/events/check-values.ts";
import { busesAt } from "../../services/events/find-rule.ts";
import { pageOfEvents } from "../../services/events/list-page.ts";
import { viewBus } from "../../services/events/views.ts";
import type { EventBus } from "../../world/services/event-bus.ts";
import { defineAction } from "../shared/define-action.ts";

const FILTERS: Readonly<Record<string, (bus: EventBus) => string>> = {
  EventBusId: (bus) => bus.id,
  EventBusName: (bus) => bus.name,
  Type: (bus) => bus.type,
};

export const listEventBuses = defineAction("eb", "ListEventBuses", (call, params) => {
  const tests = (params.Filters ?? []).map(({ Name: name, Values: values }) => {
    const valueOf = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
    if (!valueOf) throw invalid("Filters", `\`${name}\` must be one of ${Object.keys(FILTERS).join(", ")}`);
    return (bus: EventBus) => values.includes(valueOf(bus));
  });
  const buses = busesAt(call).filter((bus) => tests.every((test) => test(bus)));
  return { EventBuses: pageOfEvents(buses, params).map(viewBus), TotalCount: buses.length };
});
