// The reasons: why a copy, an image or an account is as it is. All catalogues in one function.

import type { Reason } from "../types.ts";
import { catalogue } from "./define.ts";
import { desiredReasons } from "./desired.ts";
import { familyReasons } from "./family.ts";
import { guardReasons } from "./guards.ts";
import { lifecycleReasons } from "./lifecycle.ts";
import { reportReasons } from "./report.ts";
import { type ReadFailureCode, runReasons } from "./run.ts";
import { selectionReasons } from "./selection.ts";
import { upkeepReasons } from "./upkeep.ts";

/** Writes a reason: `reason("source-failed", { state })`. */
export const reason = catalogue({
  ...desiredReasons,
  ...familyReasons,
  ...guardReasons,
  ...lifecycleReasons,
  ...reportReasons,
  ...runReasons,
  ...selectionReasons,
  ...upkeepReasons,
});

/** The code of a reason, for programs. */
export type ReasonCode = (typeof reason.codes)[number] | ReadFailureCode;

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
