// The reasons: why a copy, an image or an account is as it is. All catalogues in one function.
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
