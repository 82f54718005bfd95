// The action GetFunctionLogs, which SCF has taken offline.
import { ApiError } from "../../errors.ts";
import { defineAction } from "../shared/define-action.ts";

/** Always refused (the text of scf 2018-04-16): logs are in CLS. Which code the real service answers is unverified. */
export const getFunctionLogs = defineAction("scf", "GetFunctionLogs", () => {
  throw new ApiError("UnsupportedOperation", "This action has been taken offline. Search the logs in CLS.");
});
