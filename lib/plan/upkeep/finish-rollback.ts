// Completes a rollback of a copy whose settings no policy defines now.
import type { Shared } from "../lifecycle/stages.ts";
import type { PlanContext, Step } from "../types.ts";
import { rollbackDifference } from "./differences.ts";
import { repairNext } from "./try-repair.ts";

/**
 * A user has requested the rollback, so every finished copy of the version gets it, desired or
 * orphaned. For a desired copy, `repair` does the same among its other differences.
 */
export function finishRollback(copyCase: Shared, ctx: PlanContext): Step | "done" {
  const rolledBack = rollbackDifference(copyCase);
  return rolledBack ? repairNext(copyCase, [rolledBack], ctx) : "done";
}
