// Checks the values of EventBridge requests that the model cannot check.
import { ApiError } from "../../errors.ts";
import { parsePattern } from "./pattern.ts";
import { PatternError } from "./pattern-error.ts";

/** The documented form of the names of buses and rules: 2 to 60 characters (1108/42271). */
const NAME = /^[A-Za-z][\w-]{0,58}[A-Za-z0-9]$/;

/** An error of EventBridge about one value: `InvalidParameterValue.<kind>`. */
export function invalid(kind: string, why: string): ApiError {
  return new ApiError(`InvalidParameterValue.${kind}`, `The value of \`${kind}\` is not valid: ${why}.`);
}

/** Throws `ApiError` InvalidParameterValue.EventBusName or .RuleName. */
export function checkEventName(kind: "EventBusName" | "RuleName", name: string): void {
  if (NAME.test(name)) return;
  const form = "2 to 60 letters, digits, hyphens and underscores, from a letter to a letter or digit";
  throw invalid(kind, `\`${name}\` must be ${form}`);
}

/** Descriptions have at most 200 characters. Throws `ApiError` InvalidParameterValue.Description. */
export function checkEventDescription(description = ""): void {
  if ([...description].length > 200) throw invalid("Description", "it is longer than 200 characters");
}

/** Throws `ApiError` with a code of the action and the place of what is wrong. */
export function checkPattern(pattern: string, code = "InvalidParameterValue.EventPattern"): void {
  try {
    parsePattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new ApiError(code, `The EventPattern is not valid: ${error.message}.`);
  }
}

/** The batch settings of a target in a request. */
export interface BatchParams {
  readonly EnableBatchDelivery?: boolean;
  readonly BatchEventCount?: number;
  readonly BatchTimeout?: number;
}

/**
 * A batch waits 0 to 60 seconds (1108/46254); the limit of 10,000 events is a guess. `countCode`:
 * UpdateTarget has no code of its own for the count. Throws `ApiError`.
 */
export function checkBatch(
  { BatchEventCount: count = 1, BatchTimeout: seconds = 0 }: BatchParams,
  countCode = "InvalidParameterValue.BatchEventCount",
): void {
  if (count < 1 || count > 10_000) throw new ApiError(countCode, "`BatchEventCount` must be from 1 to 10000.");
  if (seconds < 0 || seconds > 60) throw invalid("BatchTimeout", "it must be from 0 to 60 seconds");
}
