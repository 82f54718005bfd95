// The actions of SCF.
import type { Action } from "../shared/define-action.ts";
import { createFunction } from "./create-function.ts";
import { createTrigger } from "./create-trigger.ts";
import { deleteFunction } from "./delete-function.ts";
import { deleteReservedConcurrencyConfig } from "./delete-reserved-concurrency-config.ts";
import { deleteTrigger } from "./delete-trigger.ts";
import { getAccount } from "./get-account.ts";
import { getFunction } from "./get-function.ts";
import { getFunctionEventInvokeConfig } from "./get-function-event-invoke-config.ts";
import { getFunctionLogs } from "./get-function-logs.ts";
import { getRequestStatus } from "./get-request-status.ts";
import { getReservedConcurrencyConfig } from "./get-reserved-concurrency-config.ts";
import { invoke } from "./invoke.ts";
import { invokeFunction } from "./invoke-function.ts";
import { listFunctions } from "./list-functions.ts";
import { listTriggers } from "./list-triggers.ts";
import { listVersionByFunction } from "./list-version-by-function.ts";
import { publishVersion } from "./publish-version.ts";
import { putReservedConcurrencyConfig } from "./put-reserved-concurrency-config.ts";
import { updateFunctionCode } from "./update-function-code.ts";
import { updateFunctionConfiguration } from "./update-function-configuration.ts";
import { updateFunctionEventInvokeConfig } from "./update-function-event-invoke-config.ts";
import { updateTrigger } from "./update-trigger.ts";

/** Every supported action of SCF. */
export const SCF_ACTIONS: readonly Action[] = [
  createFunction,
  createTrigger,
  deleteFunction,
  deleteReservedConcurrencyConfig,
  deleteTrigger,
  getAccount,
  getFunction,
  getFunctionEventInvokeConfig,
  getFunctionLogs,
  getRequestStatus,
  getReservedConcurrencyConfig,
  invoke,
  invokeFunction,
  listFunctions,
  listTriggers,
  listVersionByFunction,
  publishVersion,
  putReservedConcurrencyConfig,
  updateFunctionCode,
  updateFunctionConfiguration,
  updateFunctionEventInvokeConfig,
  updateTrigger,
];
