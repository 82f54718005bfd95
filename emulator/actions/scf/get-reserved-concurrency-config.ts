// The action GetReservedConcurrencyConfig.
import { defineAction } from "../shared/define-action.ts";
import { functionAt } from "./function-at.ts";

export const getReservedConcurrencyConfig = defineAction("scf", "GetReservedConcurrencyConfig", (call, params) => ({
  ReservedMem: functionAt(call, params).reservedMb ?? null,
}));
