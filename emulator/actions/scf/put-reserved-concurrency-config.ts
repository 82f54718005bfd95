// The action PutReservedConcurrencyConfig.
import { ApiError } from "../../errors.ts";
import { defineAction } from "../shared/define-action.ts";
import { activeFunction } from "./function-at.ts";

/** MB of an account in the largest regions (product documentation 583/11637). */
export const ACCOUNT_CONCURRENCY_MB = 128_000;

/** Reserves concurrency in MB: its quotient by the memory size is the number of instances. 0 stops the function. */
export const putReservedConcurrencyConfig = defineAction("scf", "PutReservedConcurrencyConfig", (call, params) => {
  const stored = activeFunction(call, params, "FailedOperation.FunctionVersionStatusNotActive");
  const { ReservedConcurrencyMem: memory } = params;
  if (memory < 0 || memory > ACCOUNT_CONCURRENCY_MB) {
    throw new ApiError(
      "LimitExceeded.FunctionReservedConcurrencyMemory",
      `\`ReservedConcurrencyMem\` must be from 0 to ${ACCOUNT_CONCURRENCY_MB}.`,
    );
  }
  stored.reservedMb = memory;
  return {};
});
