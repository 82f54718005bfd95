// The reason codes, and the reasons that more than one step gives.
import type { Reason } from "./types.ts";

/** Waits because a call for several destinations was refused for one of them that could not be told. */
export const REQUEST_ALONE = "request-alone";

/** Why a copy that nobody wants any more is retired. */
export const DESELECTED: Reason = {
  code: "deselected",
  text: "no policy wants it any more",
};

/** Why a copy that was a step on the way to an encrypted one is retired. */
export const SUPERSEDED: Reason = {
  code: "superseded",
  text: "it was there to be encrypted, and nobody needs it any more",
};

/** Why a copy waits whose name another variant of it has. */
export const FREEING_NAME = "freeing-name";

/** Each of the reasons once. */
export function distinct(reasons: readonly Reason[]): Reason[] {
  return [...new Map(reasons.map((reason) => [`${reason.code} ${reason.text}`, reason])).values()];
}
