// Publish: together, holding a family back until all regions are ready.
import { copyId } from "../../model/identity.ts";
import type { Copy, Millis, Reason } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";

/**
 * `publish: together`: the family moves when the copies of a source are finished in every region. A region that is
 * blocked, or has been standing still for as long as counts as stuck, is left out: it must not hold up the others.
 */
export function groupPublications(
  desiredCopies: ReadonlyMap<string, DesiredCopy>,
  copyOf: (key: DesiredCopy["key"]) => Copy | undefined,
  now: Millis,
) {
  const groups = new Map<string, DesiredCopy[]>();
  for (const desired of desiredCopies.values()) {
    if (desired.intermediate) continue;
    const root = `${desired.key.rootRegion}/${desired.key.rootId}`;
    groups.set(root, [...(groups.get(root) ?? []), desired]);
  }
  const others = (desired: DesiredCopy) => groups.get(`${desired.key.rootRegion}/${desired.key.rootId}`) ?? [desired];
  const place = (desired: DesiredCopy) => publishProgress(desired, copyOf(desired.key), now);
  return {
    /** Why a copy has to wait with its publication; undefined if it has not. */
    publicationHoldOf: (desired: DesiredCopy): Reason | undefined => {
      if (!desired.publication.publishTogether) return undefined;
      const missing = others(desired).filter(
        (other) => copyId(other.key) !== copyId(desired.key) && place(other) === "under way",
      );
      if (missing.length === 0) return undefined;
      const regions = missing.map(({ key }) => key.region).join(", ");
      return {
        code: "publication-held",
        text: `published together with the copies in ${regions}, which are not finished yet`,
      };
    },
    /** The regions that are left out, in words; empty if none is. */
    leftOut: (desired: DesiredCopy): string => {
      if (!desired.publication.publishTogether) return "";
      const left = others(desired).filter((other) => place(other) === "left out");
      return left.length === 0 ? "" : `, without ${left.map(({ key }) => key.region).join(", ")}`;
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
