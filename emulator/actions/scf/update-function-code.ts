// The action UpdateFunctionCode.
import { defineAction } from "../shared/define-action.ts";
import { changeFunction, refuseUnmodelled } from "./change-function.ts";
import { codeOf } from "./code-of.ts";
import { activeFunction } from "./function-at.ts";
import { checkHandler } from "./function-settings.ts";

/** Replaces the code, and the handler if it is given. Refused while the function is Creating or Updating. */
export const updateFunctionCode = defineAction("scf", "UpdateFunctionCode", (call, params) => {
  const stored = activeFunction(call, params, "FailedOperation.FunctionStatusError");
  refuseUnmodelled({ Publish: params.Publish === "TRUE" });
  const { latest } = stored;
  const handler = checkHandler(params.Handler ?? latest.settings.handler);
  const code = codeOf(call, params.Code ?? params);
  changeFunction(call.world, stored, { code, settings: { ...latest.settings, handler } });
  return {};
});
