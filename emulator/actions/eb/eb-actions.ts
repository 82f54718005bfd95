// All actions of EventBridge.
import type { Action } from "../shared/define-action.ts";
import { checkRule } from "./check-rule.ts";
import { createEventBus } from "./create-event-bus.ts";
import { createRule } from "./create-rule.ts";
import { createTarget } from "./create-target.ts";
import { deleteRule } from "./delete-rule.ts";
import { deleteTarget } from "./delete-target.ts";
import { getEventBus } from "./get-event-bus.ts";
import { getRule } from "./get-rule.ts";
import { listEventBuses } from "./list-event-buses.ts";
import { listRules } from "./list-rules.ts";
import { listTargets } from "./list-targets.ts";
import { putEvents } from "./put-events.ts";
import { updateRule } from "./update-rule.ts";
import { updateTarget } from "./update-target.ts";

/** The actions of eb 2021-04-16. */
export const EB_ACTIONS: readonly Action[] = [
  checkRule,
  createEventBus,
  createRule,
  createTarget,
  deleteRule,
  deleteTarget,
  getEventBus,
  getRule,
  listEventBuses,
  listRules,
  listTargets,
  putEvents,
  updateRule,
  updateTarget,
];
