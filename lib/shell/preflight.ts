import PQueue from "p-queue";
import { tokenName } from "../core/mark.ts";
import type { Plan } from "../core/plan.ts";
import { CloudError } from "../errors.ts";
import type { ImageRef, Reason } from "../types.ts";
import { encryption } from "./send.ts";
import type { Tools } from "./tools.ts";

/** What the cloud says of one copy that would be asked for now. */
export interface Preflight {
  readonly source: ImageRef;
  readonly region: string;
  readonly ok: boolean;
  readonly reason?: Reason;
}

/** Asks the cloud for each copy of a plan whether it would be accepted (DryRun). Nothing is made. */
export async function preflight(plan: Plan, { cloud, concurrency }: Tools): Promise<Preflight[]> {
  const queue = new PQueue({ concurrency });
  const asked = plan.actions.flatMap((action) =>
    action.do === "send" ? action.drafts.map(({ copy, claim }) => ({ source: action.source, copy, claim })) : [],
  );
  return queue.addAll(
    asked.map(({ source, copy, claim }) => async (): Promise<Preflight> => {
      const { region } = copy.key;
      const name = tokenName(copy.key, copy.rootName, claim.number);
      const notAfter = Number.POSITIVE_INFINITY;
      try {
        await cloud.trySyncImage({ source, destinations: [region], name, notAfter, ...encryption(copy) });
        return { source, region, ok: true };
      } catch (error) {
        if (!(error instanceof CloudError)) throw error;
        const { code, message: text, remedy } = error;
        return { source, region, ok: false, reason: { code, text, ...(remedy !== undefined && { remedy }) } };
      }
    }),
  );
}
