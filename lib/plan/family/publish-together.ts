// Implements `publish: together`: holds a family back until the copies in all regions are finished.
import { lazily } from "../../model/collections.ts";
import { groupByRoot, isSameCopy, type ReadonlyCopyMap } from "../../model/copy/copy-map.ts";
import { withoutRegions } from "../../model/messages/family.ts";
import { PARENT_NOT_READY, reason } from "../../model/messages/reasons.ts";
import type { Copy, CopyPhase, Millis, Reason } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";

/**
 * With `publish: together`, the family moves once the copies of a source are finished in every
 * region. A region is left out if its copy is blocked, or has made no progress for `stuckAfter`, so
 * that it does not hold up the others.
 */
export function groupPublications(
  desiredCopies: ReadonlyCopyMap<DesiredCopy>,
  copyOf: (key: DesiredCopy["key"]) => Copy | undefined,
  now: Millis,
) {
  const copiesByRoot = lazily(() =>
    groupByRoot([...desiredCopies.values()].filter(({ intermediate }) => !intermediate)),
  );
  const groupOf = (desired: DesiredCopy) => copiesByRoot().get(desired.key) ?? [desired];
  const progressOf = (desired: DesiredCopy): Progress => {
    const copy = copyOf(desired.key);
    const parent = desired.parent && desiredCopies.get(desired.parent);
    const isAwaited = copy?.phase === "waiting" && copy.reason.code === PARENT_NOT_READY;
    if (!isAwaited || !parent || desired.block) return publishProgress(desired, copy, now);
    // Once the copy comes that this one is made from, it is requested at once.
    return progressOf(parent) === "left out" ? "left out" : "under way";
  };
  return {
    /** Why the publication of a copy must wait for other regions; undefined if it need not wait. */
    publicationHoldOf: (desired: DesiredCopy): Reason | undefined => {
      if (!desired.publication.publishTogether) return undefined;
      const missing = groupOf(desired).filter(
        (other) => !isSameCopy(other.key, desired.key) && progressOf(other) === "under way",
      );
      if (missing.length === 0) return undefined;
      const regions = missing.map(({ key }) => key.region);
      return reason("publication-held", { regions });
    },
    /** The regions that are left out, as an addition to a sentence; empty if there are none. */
    leftOut: (desired: DesiredCopy): string => {
      if (!desired.publication.publishTogether) return "";
      const omitted = groupOf(desired).filter((other) => progressOf(other) === "left out");
      return withoutRegions(omitted.map(({ key }) => key.region));
    },
  };
}

/** The phases in which a copy does not become ready by itself. */
const STOPPED: ReadonlySet<CopyPhase> = new Set(["blocked", "failed", "stuck", "retired", "ended"]);

type Progress = "done" | "left out" | "under way";

function publishProgress(desired: DesiredCopy, copy: Copy | undefined, now: Millis): Progress {
  if (desired.block) return "left out";
  if (!copy) return "under way";
  if (STOPPED.has(copy.phase)) return "left out";
  if (copy.phase === "ready" || (copy.phase === "finishing" && copy.publicationHold)) return "done";
  return now - progressedAt(copy) > desired.policy.stuckAfter ? "left out" : "under way";
}

/**
 * When an unfinished copy last made progress. Neither a new reason nor another try is any, and after a
 * failed attempt the image must be finished within the time.
 */
function progressedAt(copy: Copy): Millis {
  if ("progressedAt" in copy && copy.attempts === 0) return copy.progressedAt;
  return copy.delayedSince ?? copy.updatedAt;
}
