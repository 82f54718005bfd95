// The action DeleteReservedConcurrencyConfig.
import { defineAction } from "../shared/define-action.ts";
import { activeFunction } from "./function-at.ts";

export const deleteReservedConcurrencyConfig = defineAction(
  "scf",
  "DeleteReservedConcurrencyConfig",
  (call, params) => {
    activeFunction(call, params, "FailedOperation.ReservedInProgress").reservedMb = undefined;
    return {};
  },
);
