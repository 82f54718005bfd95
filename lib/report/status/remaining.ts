// How long a copy that is under way will probably still take.
import type { Copy, CopyKey, Millis } from "../../model/types.ts";
import type { Measured } from "../plan/estimate.ts";

/** Less says nothing about the pace of a copy. */
const LEAST_PERCENT = 5;

/**
 * The remaining time of a copy at `now`, in milliseconds; undefined if it is not under way, waits for
 * something of unknown length, takes longer than expected, or nothing is known. From the durations of
 * earlier copies between the same regions (`measurements`) and its percentage, which the record has
 * as of `progressedAt`; without earlier ones from its own pace. No document says that the percentage
 * grows evenly, so this is an estimate.
 */
export function remainingTime(copy: Copy, timeOf: (key: CopyKey) => Measured, now: Millis): Millis | undefined {
  if (copy.phase !== "requested" && copy.phase !== "copying" && copy.phase !== "finishing") return undefined;
  if (copy.phase === "finishing" && (copy.publicationHold || copy.nameHold)) return undefined;
  const { claimedAt } = copy.claim;
  const { median } = timeOf(copy.key);
  const percent = copy.phase === "copying" ? (copy.percent ?? 0) : 0;
  const seenAt = copy.phase === "copying" && percent > 0 ? copy.progressedAt : claimedAt;
  const pace = percent >= LEAST_PERCENT ? (seenAt - claimedAt) / (percent / 100) : undefined;
  const whole = median ?? pace;
  if (whole === undefined) return undefined;
  const remaining = (whole * (100 - percent)) / 100 - (now - seenAt);
  return remaining > 0 ? remaining : undefined;
}
