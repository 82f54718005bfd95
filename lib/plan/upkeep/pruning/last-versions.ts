// The last usable version of a family in a region: an orphaned copy that nothing replaces there.
import { isProven } from "../../../model/identity.ts";
import { seen } from "../../../model/observation.ts";
import type { Image, Retired } from "../../../model/types.ts";
import type { PlanContext } from "../../types.ts";
import { rulesFor } from "./rules.ts";

/**
 * Whether an orphaned copy stays because no usable and published copy replaces it in its region.
 * Only `prune.last` and the command `prune` have it deleted all the same.
 */
export function isKeptAsLast(record: Retired, ctx: PlanContext): boolean {
  if (ctx.mayDeleteLast(record.key) || rulesFor(record, ctx).last) return false;
  return ctx.usable.replacementsOf(record).length === 0;
}

/** The images of a region that pruning would delete sooner or later, if they were not the last ones. */
export function lastVersionsIn(region: string, ctx: PlanContext): Image[] {
  return ctx.copies.flatMap((copy) => {
    if (copy.phase !== "retired" || copy.adopted || copy.key.region !== region) return [];
    const image = seen(ctx.observation, { region, imageId: copy.imageId });
    if (typeof image === "string" || !isProven(image, copy.key)) return [];
    const isEnabled = ctx.policies.some(({ name, enabled }) => enabled && name === copy.policy);
    const isPruned = isEnabled && rulesFor(copy, ctx).against === undefined;
    return isPruned && isKeptAsLast(copy, ctx) ? [image] : [];
  });
}
