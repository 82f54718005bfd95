// Codes that decide what happens next, and the reasons that more than one decision gives.
import { type ReasonCode, reason } from "./messages/reasons.ts";
import type { Reason } from "./types.ts";

/** Waits because a call for several destinations was refused, and dry runs do not show for which one. */
export const REQUEST_ALONE = "request-alone" satisfies ReasonCode;

/** Why a copy that no policy selects any more is retired. */
export const DESELECTED: Reason = reason("deselected");

/** Why an intermediate copy is retired once the encrypted copy no longer needs it. */
export const SUPERSEDED: Reason = reason("superseded");

/** Waits because another variant of the copy has its name and is renamed first. */
export const FREEING_NAME = "freeing-name" satisfies ReasonCode;

/** Every reason once; two reasons are the same if their code and text are. */
export function distinct(reasons: readonly Reason[]): Reason[] {
  return [...new Map(reasons.map((one) => [`${one.code} ${one.text}`, one])).values()];
}
