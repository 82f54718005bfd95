// Completes a rollback of a copy whose settings no policy defines now.
import { ROLLED_BACK_TAG } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import type { Shared } from "../lifecycle/stages.ts";
import { recordChange } from "../lifecycle/steps.ts";
import type { PlanContext, Step } from "../types.ts";
import { rollbackDifference } from "./differences.ts";
import { isAboutToBeMarked } from "./refresh-record.ts";
import { repairNext } from "./try-repair.ts";

/**
 * A user has requested the rollback, so every finished copy of the version gets it, desired or
 * orphaned. For a desired copy, `repair` does the same among its other differences.
 */
export function finishRollback(copyCase: Shared, ctx: PlanContext): Step | "done" {
  const rolledBack = rollbackDifference(copyCase);
  return rolledBack ? repairNext(copyCase, [rolledBack], ctx) : rememberRollback(copyCase, ctx);
}

/**
 * Records in a sweep what the tag says: a poll may not read this region, and must not take the version
 * for one of the newest that are not rolled back.
 */
function rememberRollback({ record, image }: Shared, ctx: PlanContext): Step | "done" {
  const rolledBackFrom = image.tags[ROLLED_BACK_TAG];
  if (!ctx.sweep || rolledBackFrom === record.rolledBackFrom || isAboutToBeMarked(record)) return "done";
  const { rolledBackFrom: _, ...rest } = record;
  const next: typeof record = { ...rest, ...(rolledBackFrom !== undefined && { rolledBackFrom }), updatedAt: ctx.now };
  const { policy, family } = record;
  return recordChange(next, journal("refreshed", { imageId: image.imageId, policy, family, rolledBackFrom }));
}
