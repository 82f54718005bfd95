// The action UpdateFunctionConfiguration.
import { defineAction } from "../shared/define-action.ts";
import { changeFunction, refuseUnmodelled } from "./change-function.ts";
import { activeFunction } from "./function-at.ts";
import { settingsWith } from "./function-settings.ts";

/** Changes the settings that are given; `Environment` replaces all variables. */
export const updateFunctionConfiguration = defineAction("scf", "UpdateFunctionConfiguration", (call, params) => {
  const stored = activeFunction(call, params, "FailedOperation.UpdateFunctionConfiguration");
  refuseUnmodelled({ Publish: params.Publish === "TRUE", Layers: (params.Layers ?? []).length > 0 });
  changeFunction(call.world, stored, { settings: settingsWith(stored.latest.settings, params) });
  return {};
});
