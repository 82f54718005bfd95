// Asks the cloud whether the planned copies would be accepted (DryRun).
import PQueue from "p-queue";
import { CloudError, type Outcome } from "../model/errors.ts";
import type { RunDeps } from "../model/ports.ts";
import type { ImageRef, Reason, Variant } from "../model/types.ts";
import type { Plan } from "../plan/types.ts";
import { encryption } from "./claims.ts";

/** What the cloud says of one copy that would be asked for now. */
export interface Preflight {
  readonly source: ImageRef;
  readonly region: string;
  readonly variant: Variant;
  readonly ok: boolean;
  readonly reason?: Reason;
  /** Of a refusal: `person` stays until somebody changes something; the others say nothing about later. */
  readonly outcome?: Outcome;
}

/**
 * Asks the cloud for each copy of a plan whether it would be accepted (DryRun): each destination on its own, so that it
 * shows which one is refused. Nothing is made.
 */
export async function preflight(plan: Plan, { cloud, concurrency }: Pick<RunDeps, "cloud" | "concurrency">) {
  const queue = new PQueue({ concurrency });
  const asked = plan.actions.flatMap((action) =>
    action.do === "send" ? action.claimRequests.map(({ copy }) => ({ action, copy })) : [],
  );
  try {
    return await queue.addAll(
      asked.map(({ action: { source, token: name }, copy }) => async (): Promise<Preflight> => {
        const { region, variant } = copy.key;
        const notAfter = Number.POSITIVE_INFINITY;
        try {
          await cloud.trySyncImage({ source, destinations: [region], name, notAfter, ...encryption(copy) });
          return { source, region, variant, ok: true };
        } catch (error) {
          if (!(error instanceof CloudError) || error.code === "Aborted") throw error;
          const { code, message: text, remedy, outcome } = error;
          return {
            source,
            region,
            variant,
            ok: false,
            reason: { code, text, ...(remedy !== undefined && { remedy }) },
            outcome,
          };
        }
      }),
    );
  } finally {
    // So that no call goes on behind the caller's back.
    queue.clear();
    await queue.onIdle();
  }
}
