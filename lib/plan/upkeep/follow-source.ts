// An orphaned copy is deprecated with its source, and leaves its family for a newer version.
import { isProven } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { seen } from "../../model/observation.ts";
import type { RetiredCase } from "../lifecycle/stages.ts";
import { recordChange } from "../transitions.ts";
import type { PlanContext, Step } from "../types.ts";
import { deprecate, emptyFamily, WRONGLY_LEADING } from "./differences.ts";
import { mayHaveCreated } from "./shares.ts";
import { endRepair, isTried, repairNext } from "./try-repair.ts";

/**
 * The upkeep of an orphaned copy: it is deprecated if its source is, and it leaves its family if
 * the family points to it instead of to a newer version.
 */
export function followSource(copyCase: RetiredCase, ctx: PlanContext): Step | "done" {
  const { key, record: copy, image } = copyCase;
  const root = seen(ctx.observation, { region: key.rootRegion, imageId: key.rootId });
  const recalled = typeof root !== "string" && root.deprecated;
  const policy =
    ctx.policies.find(({ name }) => name === copy.policy) ?? ctx.policies.find((one) => mayHaveCreated(copy, one));
  if (!isProven(image, key) || copy.adopted || !policy?.enabled || image.state !== "NORMAL") return "done";
  if (!ctx.sweep && isTried(copy, WRONGLY_LEADING)) return "done";
  const shared = { ...copyCase, shareWith: policy.copy.shareWith };
  const found =
    (recalled && !image.deprecated ? deprecate(shared) : undefined) ??
    (ctx.isWronglyLeading(image) ? emptyFamily(shared) : undefined);
  const marked = recalled && !copy.deprecatedByUs ? { ...copy, deprecatedByUs: true as const } : copy;
  if (found) return repairNext({ ...copyCase, record: marked }, [found], ctx);
  // After a loss of the state the record lacks this flag. With it, the deprecation ends together
  // with the source's.
  if (marked !== copy)
    return recordChange(
      { ...marked, updatedAt: ctx.now },
      journal("refreshed", { imageId: image.imageId, deprecated: true }),
    );
  return copy.repair ? endRepair(copyCase, [], ctx) : "done";
}
