// The action UpdateTrigger.
import { defineAction } from "../shared/define-action.ts";
import { activeFunction } from "./function-at.ts";
import { triggerAt, triggerChanges } from "./trigger-rules.ts";

/** Changes what is given of a trigger. */
export const updateTrigger = defineAction("scf", "UpdateTrigger", (call, params) => {
  const stored = activeFunction(call, params, "FailedOperation.UpdateTrigger");
  const trigger = triggerAt(stored, params);
  Object.assign(trigger, triggerChanges(params), { modifiedAt: call.world.now(), firedUntil: call.world.workNow() });
  return {};
});
