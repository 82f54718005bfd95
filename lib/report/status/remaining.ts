// How long a copy that is under way will probably still take.
import type { Copy, CopyKey, Millis } from "../../model/types.ts";
import type { Measured } from "../estimate.ts";

/** Less says nothing about the pace of a copy. */
const LEAST_PERCENT = 5;

/**
 * The remaining time of a copy at `now`, in milliseconds; undefined if it is not under way, waits for
 * something of unknown length, or nothing is known. From the durations of earlier copies between
 * the same regions (`measurements`) and its percentage; without earlier ones from its own pace. No
 * document says that the percentage grows evenly, so this is an estimate.
 */
export function remainingTime(copy: Copy, timeOf: (key: CopyKey) => Measured, now: Millis): Millis | undefined {
  if (copy.phase !== "requested" && copy.phase !== "copying" && copy.phase !== "finishing") return undefined;
  if (copy.phase === "finishing" && (copy.publicationHold || copy.nameHold)) return undefined;
  const elapsed = Math.max(0, now - copy.claim.claimedAt);
  const { median } = timeOf(copy.key);
  const percent = copy.phase === "copying" ? (copy.percent ?? 0) : 0;
  if (percent > 0 && percent < 100 && median !== undefined) return (median * (100 - percent)) / 100;
  if (percent >= LEAST_PERCENT && percent < 100) return (elapsed * (100 - percent)) / percent;
  if (median === undefined || elapsed > median) return undefined;
  return median - elapsed;
}
