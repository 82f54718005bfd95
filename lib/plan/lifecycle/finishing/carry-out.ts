// Carries out one call that finishes a copy; blocks the copy if the call never has its effect.
import { journal } from "../../../model/messages/journal.ts";
import { reason } from "../../../model/messages/reasons.ts";
import type { ImageAttributes } from "../../../model/ports.ts";
import { iso, RECHECK_AFTER } from "../../../model/time.ts";
import type { Copy, CopyIn } from "../../../model/types.ts";
import type { DesiredCopy } from "../../desired/types.ts";
import { finishing, stuck } from "../../transitions.ts";
import type { CloudCall, PlanContext, Step } from "../../types.ts";
import { accountsGiven, addGiven } from "../../upkeep/giving/given.ts";
import type { UnderWay } from "../stages.ts";
import { baseOf, recordChange } from "../steps.ts";

/** One call that finishes a copy. Its result is read back before the next call. */
export interface FinishingCall {
  /** What the call sets, for the message that it could not be set. */
  readonly attribute: string;
  readonly call: (copy: Copy) => CloudCall;
}

/** The call, with the record that the copy is being finished; after `stuckAfter` it is blocked. */
export function carryOut(copyCase: UnderWay, { attribute, call }: FinishingCall, ctx: PlanContext): Step {
  const { record: copy, image, desired } = copyCase;
  const { imageId } = image;
  const recorded = copy.phase === "finishing" ? copy : undefined;
  if (recorded && !recorded.publicationHold && !recorded.nameHold) {
    if (ctx.now - recorded.progressedAt <= stuckAfter(desired)) {
      const current = withGiven(recorded, desired);
      if (current === recorded) return { call: call(recorded) };
      const message = journal("refreshed", { imageId, policy: current.policy, family: current.family });
      return { ...recordChange({ ...current, updatedAt: ctx.now }, message), call: call(current) };
    }
    const why = reason("stuck", { imageId, unset: attribute, since: iso(recorded.progressedAt) });
    const next = stuck(baseOf(copyCase, ctx), copy, why, ctx.now + RECHECK_AFTER);
    return recordChange(next, journal("stuck", { text: why.text }));
  }
  const next = withGiven(finishing(baseOf(copyCase, ctx), copy), desired);
  const message = journal("finishing", { imageId, publishing: recorded?.publicationHold !== undefined });
  return { ...recordChange(next, message), call: call(next) };
}

/** The record with what the copy is given: by its settings, and by the policies that desire it now. */
function withGiven(copy: CopyIn<"finishing">, desired: DesiredCopy | undefined): CopyIn<"finishing"> {
  const { tags } = copy.claim.settings;
  const bySettings = addGiven(copy.given, { [copy.policy]: { accounts: [], tags, families: [] } });
  const given = addGiven(bySettings, desired?.gives ?? {});
  return given === copy.given ? copy : { ...copy, given };
}

/** The call that sets attributes of the image; it may have to stop sharing it for a moment. */
export function modify({ record, image, desired }: UnderWay, attributes: ImageAttributes) {
  const mayUnshareTemporarily = [...(desired?.publication.shareWith ?? []), ...accountsGiven(record.given)];
  return (copy: Copy) => ({ do: "modify", copy, image, attributes, mayUnshareTemporarily }) as const;
}

/** How long a copy may be without progress before it counts as stuck. */
export function stuckAfter(desired: DesiredCopy | undefined): number {
  return desired?.policy.stuckAfter ?? 3_600_000;
}
