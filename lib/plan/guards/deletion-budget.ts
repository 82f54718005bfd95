// Guards: at most ten deletions in a run, and no deletion in a family that moves.
import { groupBy, lazily } from "../../model/collections.ts";
import { copyId } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { Copy } from "../../model/types.ts";
import type { CloudCall, Guarded, PlanContext, Step } from "../types.ts";
import { wasDeletionRefused } from "../upkeep/pruning/prune.ts";

/** Most images that are deleted or unshared in one run, so that an error in a policy does not empty an account. */
export const MOST_DELETIONS = 10;

/**
 * Keeps at most MOST_DELETIONS deletions and ends of sharing. `deleted` holds the copies for which
 * this run has done so already; such an image may be deleted after it was unshared.
 */
export function deletionBudget(steps: readonly Step[], ctx: PlanContext): Guarded {
  const beyond = new Set(countedSteps(steps, ctx).slice(placesLeft(ctx)));
  const permitted = steps.map((step): Step => {
    const { call } = step;
    if (!isCounted(call) || !beyond.has(step)) return step;
    const { copy, image } = call;
    if (call.why === undefined) return { wait: { key: copy.key, reason: enoughDeleted() } };
    return { retained: { copy, image, reason: enoughDeleted() } };
  });
  return { steps: permitted };
}

export const enoughDeleted = () => reason("enough-deleted", { limit: MOST_DELETIONS });

/** How many more deletions the run may begin. */
export function placesLeft({ deleted }: PlanContext): number {
  return Math.max(0, MOST_DELETIONS - deleted.size);
}

/**
 * The steps that take a place, in the order in which they get one. What the cloud refused before comes
 * last, so that it keeps no other image from its deletion. What a narrowed run leaves alone takes none.
 */
export function countedSteps(steps: readonly Step[], { deleted, only }: PlanContext): Step[] {
  const isPart = ({ key, policy }: Copy) => only?.(key, policy) ?? true;
  const counted = steps.filter(
    ({ call }) => isCounted(call) && isPart(call.copy) && !deleted.has(copyId(call.copy.key)),
  );
  const byRefusal = groupBy(counted, ({ call }) => isCounted(call) && wasDeletionRefused(call.copy));
  return [...(byRefusal.get(false) ?? []), ...(byRefusal.get(true) ?? [])];
}

function isCounted(call: CloudCall | undefined): call is Extract<CloudCall, { do: "delete" | "unshare" }> {
  return call?.do === "delete" || call?.do === "unshare";
}

/**
 * Keeps an image that is in a family if this plan changes any family in its region, or copies a
 * source of the same family from its region, which may make that source busy. The next sweep sees
 * which image the family points to afterwards.
 */
export function movingFamilies(steps: readonly Step[], { desiredCopies }: PlanContext): Guarded {
  const moving = lazily(
    () =>
      new Set(
        steps.flatMap(({ call }) => {
          if (call?.do === "modify") return call.attributes.family === undefined ? [] : [call.image.region];
          if (call?.do !== "send") return [];
          const { region } = call.claimRequest.claim.parent;
          return [`${region}/${desiredCopies.get(call.claimRequest.copy.key)?.root.family}`];
        }),
      ),
  );
  const settled = steps.map((step): Step => {
    const { call } = step;
    if (call?.do !== "delete" && call?.do !== "unshare") return step;
    if (call.do === "delete" ? call.refused : call.why === undefined) return step;
    const { copy, image } = call;
    const { family, region } = image;
    if (!family) return step;
    if (!moving().has(region) && !moving().has(`${region}/${family}`)) return step;
    return { retained: { copy, image, reason: reason("family-moves", { family, region }) } };
  });
  return { steps: settled };
}
