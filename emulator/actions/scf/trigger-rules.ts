// Checks and finds the triggers of a function.
import { ApiError } from "../../errors.ts";
import { cronOf, parseCron } from "../../services/functions/schedule/cron.ts";
import type { FunctionTrigger, StoredFunction } from "../../world/services/function.ts";

const MOST_ARGUMENT_BYTES = 4096;

/** The members of CreateTrigger and UpdateTrigger that can change. */
interface TriggerInput {
  readonly TriggerDesc?: string;
  readonly Enable?: string;
  readonly CustomArgument?: string;
  readonly Description?: string;
}

/** Checks what is given, and answers it. Throws `ApiError` for values that SCF does not allow. */
export function triggerChanges(input: TriggerInput): Partial<FunctionTrigger> {
  const { TriggerDesc: description, Enable: enable, CustomArgument: argument, Description: note } = input;
  const problem = description === undefined ? undefined : parseCron(cronOf(description));
  if (typeof problem === "string") {
    throw new ApiError("InvalidParameterValue.TriggerDesc", `The cron expression is not valid: ${problem}.`);
  }
  if (enable !== undefined && enable !== "OPEN" && enable !== "CLOSE") {
    throw new ApiError("InvalidParameterValue.Enable", "`Enable` must be OPEN or CLOSE.");
  }
  if (Buffer.byteLength(argument ?? "") > MOST_ARGUMENT_BYTES) {
    // UpdateTrigger has no code of its own for this.
    throw new ApiError("InvalidParameterValue", "`CustomArgument` has at most 4 KB.");
  }
  return {
    ...(description !== undefined && { description }),
    ...(enable !== undefined && { isEnabled: enable === "OPEN" }),
    ...(argument !== undefined && { customArgument: argument }),
    ...(note !== undefined && { note }),
  };
}

/** A trigger by its name and type. Throws `ApiError` ResourceNotFound.Trigger. */
export function triggerAt(
  { triggers }: StoredFunction,
  { TriggerName: name, Type: type }: { TriggerName: string; Type: string },
): FunctionTrigger {
  const trigger = triggers.find((candidate) => candidate.name === name && candidate.type === type);
  if (trigger === undefined) throw new ApiError("ResourceNotFound.Trigger", `There is no trigger \`${name}\`.`);
  return trigger;
}
