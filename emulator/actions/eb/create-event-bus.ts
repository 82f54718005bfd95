// eb 2021-04-16 CreateEventBus.
import { ApiError } from "../../errors.ts";
import { checkEventDescription, checkEventName } from "../../services/events/check-values.ts";
import { busesAt } from "../../services/events/find-rule.ts";
import { defineAction } from "../shared/define-action.ts";

/** Custom buses of an account in a region (product documentation 1108/42271). */
const MOST_BUSES = 10;

export const createEventBus = defineAction("eb", "CreateEventBus", (call, params) => {
  const { EventBusName: name, Description: description = "", SaveDays: saveDays = 1, EnableStore: isStored } = params;
  checkEventName("EventBusName", name);
  checkEventDescription(description);
  const buses = busesAt(call);
  if (buses.some((bus) => bus.name === name)) {
    throw new ApiError("ResourceInUse.EventBus", `The event bus name \`${name}\` exists already.`);
  }
  if (buses.filter(({ type }) => type === "Custom").length >= MOST_BUSES) {
    throw new ApiError("LimitExceeded.EventBus", `A region has at most ${MOST_BUSES} custom event buses.`);
  }
  const { world, account, region } = call;
  const id = world.random.id("eb");
  const dates = { createdAt: world.now(), modifiedAt: world.now() };
  const settings = { name, description, saveDays, isStored: isStored ?? true };
  const bus = { id, owner: account.uin, region, ...settings, type: "Custom", ...dates, rules: new Map() } as const;
  world.eventBuses.set(id, bus);
  return { EventBusId: id };
});
