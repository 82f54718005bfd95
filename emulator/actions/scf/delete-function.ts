// The action DeleteFunction.
import { functionKey, targetOf } from "../../world/services/function.ts";
import { resourceTagKey } from "../../world/tags.ts";
import { defineAction } from "../shared/define-action.ts";
import { refuseUnmodelled } from "./change-function.ts";
import { activeFunction } from "./function-at.ts";

/** Deletes a function with its triggers and versions. Its running calls end by themselves. */
export const deleteFunction = defineAction("scf", "DeleteFunction", (call, params) => {
  const stored = activeFunction(call, params, "FailedOperation.FunctionStatusError");
  refuseUnmodelled({ Qualifier: params.Qualifier !== undefined && params.Qualifier !== "$LATEST" });
  call.world.resourceTags.delete(resourceTagKey(stored.owner, stored.region, stored.id));
  call.world.functions.delete(functionKey(targetOf(stored, "$LATEST")));
  return {};
});
