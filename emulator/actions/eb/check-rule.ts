// eb 2021-04-16 CheckRule: succeeds if the event matches the pattern.
import { ApiError } from "../../errors.ts";
import { checkPattern } from "../../services/events/check-values.ts";
import { parsePattern } from "../../services/events/pattern.ts";
import { defineAction } from "../shared/define-action.ts";

export const checkRule = defineAction("eb", "CheckRule", (_, { Event: text, EventPattern: pattern }) => {
  checkPattern(pattern, "InvalidParameterValue.InvalidPattern");
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    throw new ApiError("InvalidParameter", "The `Event` is not JSON.");
  }
  if (parsePattern(pattern)(event)) return {};
  throw new ApiError("FailedOperation.ErrorFilter", "The rule does not match with the event.");
});
