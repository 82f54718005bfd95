// Preflight: asks the cloud with a DryRun whether it would accept each copy of a plan.
import PQueue from "p-queue";
import { CloudError, type Outcome } from "../../model/errors.ts";
import type { RunDeps } from "../../model/ports.ts";
import type { ImageRef, Reason, Variant } from "../../model/types.ts";
import type { Plan } from "../../plan/types.ts";
import { refusalReason } from "../context.ts";
import { encryption } from "./claims.ts";

/** The result of the DryRun of one copy that the plan requests. */
export interface Preflight {
  readonly source: ImageRef;
  readonly region: string;
  readonly variant: Variant;
  readonly ok: boolean;
  readonly reason?: Reason;
  /** Of a refusal: `terminal` needs manual action first; the others may pass by themselves. */
  readonly outcome?: Outcome;
}

/**
 * Validates each copy that a plan requests with a DryRun call. Each destination has a call of its
 * own, which shows the destination that is refused. No copy is made. Throws if the run is aborted.
 */
export async function preflight(plan: Plan, { cloud, concurrency }: Pick<RunDeps, "cloud" | "concurrency">) {
  const queue = new PQueue({ concurrency });
  const requested = plan.actions.flatMap((action) =>
    action.do === "send" ? action.claimRequests.map(({ copy }) => ({ action, copy })) : [],
  );
  try {
    return await queue.addAll(
      requested.map(({ action: { source, token: name }, copy }) => async (): Promise<Preflight> => {
        const { region, variant } = copy.key;
        const notAfter = Number.POSITIVE_INFINITY;
        try {
          await cloud.trySyncImage({ source, destinations: [region], name, notAfter, ...encryption(copy) });
          return { source, region, variant, ok: true };
        } catch (error) {
          if (!(error instanceof CloudError) || error.code === "Aborted") throw error;
          return { source, region, variant, ok: false, reason: refusalReason(error), outcome: error.outcome };
        }
      }),
    );
  } finally {
    // No call may still run when this function returns or throws.
    queue.clear();
    await queue.onIdle();
  }
}
