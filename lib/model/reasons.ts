// The reasons that code compares by their code, or that more than one step gives.
import { reason } from "./messages/reasons.ts";
import type { Reason } from "./types.ts";

/** Waits because a call for several destinations was refused without naming one of them. */
export const REQUEST_ALONE = "request-alone";

/** Why a copy that no policy selects any more is retired. */
export const DESELECTED: Reason = reason("deselected");

/** Why an intermediate copy is retired once its encrypted copy is finished. */
export const SUPERSEDED: Reason = reason("superseded");

/** Why a copy waits until another variant of it has given up the name. */
export const FREEING_NAME = "freeing-name";

/** Every reason once; two reasons are the same if their code and text are. */
export function distinct(reasons: readonly Reason[]): Reason[] {
  return [...new Map(reasons.map((one) => [`${one.code} ${one.text}`, one])).values()];
}
