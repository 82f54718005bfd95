// Implements `publish: together`: holds a family back until the copies in all regions are finished.
import { groupBy } from "../../model/group-by.ts";
import { copyId, rootRefId } from "../../model/identity.ts";
import { withoutRegions } from "../../model/messages/family.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { Copy, Millis, Reason } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";

/**
 * With `publish: together`, the family moves once the copies of a source are finished in every
 * region. A region is left out if its copy is blocked, or has made no progress for `stuckAfter`, so
 * that it does not hold up the others.
 */
export function groupPublications(
  desiredCopies: ReadonlyMap<string, DesiredCopy>,
  copyOf: (key: DesiredCopy["key"]) => Copy | undefined,
  now: Millis,
) {
  const published = [...desiredCopies.values()].filter(({ intermediate }) => !intermediate);
  const copiesByRoot = groupBy(published, ({ key }) => rootRefId(key));
  const groupOf = (desired: DesiredCopy) => copiesByRoot.get(rootRefId(desired.key)) ?? [desired];
  const progressOf = (desired: DesiredCopy) => publishProgress(desired, copyOf(desired.key), now);
  return {
    /** Why the publication of a copy must wait for other regions; undefined if it need not wait. */
    publicationHoldOf: (desired: DesiredCopy): Reason | undefined => {
      if (!desired.publication.publishTogether) return undefined;
      const missing = groupOf(desired).filter(
        (other) => copyId(other.key) !== copyId(desired.key) && progressOf(other) === "under way",
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

function publishProgress(desired: DesiredCopy, copy: Copy | undefined, now: Millis): "done" | "left out" | "under way" {
  if (desired.block) return "left out";
  if (!copy) return "under way";
  if (copy.state === "blocked" || copy.state === "failed" || copy.state === "retired") return "left out";
  if (copy.state === "ready" || (copy.state === "finishing" && copy.publicationHold)) return "done";
  const since = copy.state === "copying" || copy.state === "finishing" ? copy.progressedAt : copy.updatedAt;
  return now - since > desired.policy.stuckAfter ? "left out" : "under way";
}
