// The action DeleteTrigger.
import { defineAction } from "../shared/define-action.ts";
import { activeFunction } from "./function-at.ts";
import { triggerAt } from "./trigger-rules.ts";

export const deleteTrigger = defineAction("scf", "DeleteTrigger", (call, params) => {
  const { triggers, ...stored } = activeFunction(call, params, "FailedOperation.DeleteTrigger");
  triggers.splice(triggers.indexOf(triggerAt({ ...stored, triggers }, params)), 1);
  return {};
});
