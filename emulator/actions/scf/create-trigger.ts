// The action CreateTrigger.
import { ApiError } from "../../errors.ts";
import type { FunctionTrigger } from "../../world/services/function.ts";
import { defineAction } from "../shared/define-action.ts";
import { activeFunction, revisionAt } from "./function-at.ts";
import { viewTrigger } from "./function-view.ts";
import { triggerChanges } from "./trigger-rules.ts";

/** Triggers of one type (product documentation 583/11637). */
const MOST_TRIGGERS = 10;

/** Creates a timer, which is on unless Enable says CLOSE. Other types are not supported. */
export const createTrigger = defineAction("scf", "CreateTrigger", (call, params) => {
  const { world } = call;
  const { TriggerName: name, Type: type, Qualifier: qualifier = "$DEFAULT" } = params;
  const stored = activeFunction(call, params, "FailedOperation.CreateTrigger");
  if (type !== "timer")
    throw new ApiError("UnsupportedOperation.Trigger", "The emulator has triggers of type timer only.");
  if (!/^[A-Za-z][\w-]{0,59}$/.test(name)) {
    throw new ApiError("InvalidParameterValue.TriggerName", `\`${name}\` is no name of a trigger.`);
  }
  if (stored.triggers.some((trigger) => trigger.name === name)) {
    throw new ApiError("ResourceInUse.TriggerName", `The trigger \`${name}\` exists already.`);
  }
  if (stored.triggers.length >= MOST_TRIGGERS) {
    throw new ApiError("LimitExceeded.Trigger", `A function has at most ${MOST_TRIGGERS} triggers of a type.`);
  }
  revisionAt(stored, qualifier, "ResourceNotFound.Qualifier");
  const trigger: FunctionTrigger = {
    ...{ name, type, qualifier, note: "", isEnabled: true, customArgument: "", description: "" },
    ...{ addedAt: world.now(), modifiedAt: world.now(), firedUntil: world.workNow() },
    ...triggerChanges({ ...params, TriggerDesc: params.TriggerDesc ?? "" }),
  };
  stored.triggers.push(trigger);
  return { TriggerInfo: viewTrigger(trigger) };
});
