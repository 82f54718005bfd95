// Carries out one call that finishes a copy; blocks the copy if the call never has its effect.
import { journal } from "../../../model/messages/journal.ts";
import { reason } from "../../../model/messages/reasons.ts";
import type { ImageAttributes } from "../../../model/ports.ts";
import { iso, RECHECK_AFTER } from "../../../model/time.ts";
import type { Copy } from "../../../model/types.ts";
import type { DesiredCopy } from "../../desired/types.ts";
import { baseOf, recordChange } from "../../transitions.ts";
import type { CloudCall, PlanContext, Step } from "../../types.ts";
import type { UnderWay } from "../stages.ts";

/** One call that finishes a copy. Its result is read back before the next call. */
export interface FinishingCall {
  /** What the call sets, for the message that it could not be set. */
  readonly attribute: string;
  readonly call: (copy: Copy) => CloudCall;
}

/** The call, with the record that the copy is being finished; after `stuckAfter` it is blocked. */
export function carryOut(copyCase: UnderWay, { attribute, call }: FinishingCall, ctx: PlanContext): Step {
  const { record: copy, image, desired } = copyCase;
  const { claim } = copy;
  const { imageId } = image;
  const recorded = copy.state === "finishing" ? copy : undefined;
  if (recorded && !recorded.publicationHold) {
    if (ctx.now - recorded.progressedAt <= stuckAfter(desired)) return { call: call(recorded) };
    const stuck = reason("stuck", { imageId, unset: attribute, since: iso(recorded.progressedAt) });
    const notBefore = ctx.now + RECHECK_AFTER;
    const blocked: Copy = { ...baseOf(copyCase, ctx), state: "blocked", claim, imageId, reason: stuck, notBefore };
    return recordChange(blocked, journal("stuck", { text: stuck.text }));
  }
  const finishing: Copy = { ...baseOf(copyCase, ctx), state: "finishing", claim, imageId, progressedAt: ctx.now };
  const message = journal("finishing", { imageId, publishing: recorded !== undefined });
  return { ...recordChange(finishing, message), call: call(finishing) };
}

/** The call that sets attributes of the image; it may have to stop sharing it for a moment. */
export function modify({ image, desired }: UnderWay, attributes: ImageAttributes) {
  const mayUnshareTemporarily = desired?.publication.shareWith ?? [];
  return (copy: Copy) => ({ do: "modify", copy, image, attributes, mayUnshareTemporarily }) as const;
}

/** How long a copy may be without progress before it counts as stuck. */
export function stuckAfter(desired: DesiredCopy | undefined): number {
  return desired?.policy.stuckAfter ?? 3_600_000;
}
