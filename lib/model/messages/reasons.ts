// The reasons: why a copy, an image or an account is as it is. All catalogues in one function.
import { catalogue } from "./define.ts";
import { desiredReasons } from "./desired.ts";
import { lifecycleReasons } from "./lifecycle.ts";

/** Writes a reason: `reason("source-failed", { state })`. */
export const reason = catalogue({ ...desiredReasons, ...lifecycleReasons });

/** The code of a reason, for programs. */
export type ReasonCode = (typeof reason.codes)[number];
