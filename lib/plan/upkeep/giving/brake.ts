// The brake: nothing is taken back before the policy alone has run for some time.
import { reason, UNCONFIRMED_POLICY } from "../../../model/messages/reasons.ts";
import { iso } from "../../../model/time.ts";
import type { Reason } from "../../../model/types.ts";
import type { PlanContext, Step } from "../../types.ts";

/**
 * Why nothing may be taken back now; undefined if it may. `differences`: what would be, in the words
 * of the catalogue `difference`.
 */
export function whyBraked({ brake }: PlanContext, differences?: readonly string[]): Reason | undefined {
  return brake && reason("policy-too-new", { until: iso(brake.until), ...(differences && { differences }) });
}

/** The problem of a command that a user has to confirm before it takes something back. */
export function unconfirmed({ brake }: PlanContext): Pick<Step, "problem"> {
  if (!brake?.isUnconfirmed) return {};
  return { problem: reason(UNCONFIRMED_POLICY, { until: iso(brake.until) }) };
}
